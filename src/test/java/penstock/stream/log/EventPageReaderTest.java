package penstock.stream.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static penstock.Patience.await;

import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.vertx.core.Future;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import penstock.problem.ProblemException;
import penstock.redis.Keys;
import penstock.redis.RedisLink;
import penstock.redis.RedisLinks;
import penstock.redis.RedisResource;
import penstock.redis.RedisServer;
import penstock.stream.Partition;
import penstock.stream.Position;
import penstock.stream.StartPosition;
import penstock.stream.StreamName;
import penstock.stream.filter.EventFilter;
import penstock.stream.registry.Stream;
import penstock.stream.tail.TailTest;

/** What a page says when something becomes of the log while it is read. */
@QuarkusTest
@WithTestResource(
    value = RedisResource.class,
    initArgs = @ResourceArg(name = "options", value = "--databases 3 --appendfsync always"))
@TestProfile(TailTest.Settings.class)
class EventPageReaderTest {

  RedisServer redis;
  @Inject RedisLinks links;
  @Inject Keys keys;
  @Inject LogWriter writer;

  private final StreamName name = new StreamName("paged");
  private final Stream stream = Stream.created(name, 1, Duration.ofMinutes(1));

  /** Something happens before the first entries are read. */
  private final class Disturbed extends EventLog {

    private Runnable disturbance;

    Disturbed(Runnable disturbance) {
      super(links, keys);
      this.disturbance = disturbance;
    }

    @Override
    public Future<LogPage> page(Partition partition, Position after, int count, RedisLink over) {
      Runnable now = disturbance;
      disturbance = () -> {};
      now.run();
      return super.page(partition, after, count, over);
    }
  }

  @BeforeEach
  void begin() {
    writer.awaitLink();
    redis.flush();
    writer.append(name, "a", "b", "c");
  }

  private void add(String id) {
    String log = keys.partition(name.value(), 0).events();
    redis.ask("XADD", log, "*", "specversion", "1.0", "id", id, "source", "/s", "type", "t");
  }

  private EventPage read(StartPosition start, Runnable disturbance) {
    return await(
        new EventPageReader(new Disturbed(disturbance), stream, EventFilter.OPEN, 100, start)
            .read());
  }

  private static List<String> ids(EventPage page) {
    return page.entries().stream().map(entry -> entry.event().id()).toList();
  }

  @Test
  void isOfOneLifeOfTheLog() {
    EventPage first = read(new StartPosition.Earliest(), () -> {});
    assertThat(ids(first)).containsExactly("a", "b", "c");
    Runnable lost =
        () -> {
          redis.flush();
          add("d");
          add("e");
        };
    assertThatThrownBy(() -> read(new StartPosition.At(first.cursor()), lost))
        .hasRootCauseInstanceOf(ProblemException.class)
        .hasMessageContaining("new-life");
    assertThat(ids(read(new StartPosition.Earliest(), lost))).containsExactly("d", "e");
  }
}
