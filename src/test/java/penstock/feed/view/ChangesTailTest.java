package penstock.feed.view;

import static org.assertj.core.api.Assertions.assertThat;
import static penstock.Patience.await;

import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.vertx.core.Context;
import io.vertx.core.Promise;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import penstock.redis.RedisResource;
import penstock.stream.LogState;
import penstock.stream.Position;
import penstock.stream.Term;
import penstock.stream.log.LogWriter;
import penstock.stream.tail.Tail;
import penstock.stream.tail.TailSource;

@QuarkusTest
@WithTestResource(RedisResource.class)
@TestProfile(ChangesTailTest.Settings.class)
class ChangesTailTest {

  /** Nobody else follows anything. */
  public static final class Settings implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of("penstock.projection.enabled", "false");
    }
  }

  private static final LogState STATE =
      new LogState("life", List.of(Term.parse("1:abcd:0-0")), Position.ZERO, Position.ZERO, 0, 0);

  @Inject Tail tail;
  @Inject MeterRegistry meters;
  @Inject LogWriter writer;

  private final AtomicInteger calls = new AtomicInteger();

  @BeforeEach
  void connect() {
    writer.awaitLink();
  }

  private double followed() {
    return meters.get("penstock.tail.followed").tag("kind", "wakes").gauge().value();
  }

  /** Something whose state is known once the promise is kept. */
  private static TailSource source(Promise<Void> asked, Promise<LogState> state) {
    return new TailSource.Other(
        "changes",
        "changes-of-nothing",
        null,
        news -> {
          throw new IllegalArgumentException("nothing is told");
        },
        link -> {
          asked.tryComplete();
          return state.future();
        });
  }

  /** Its channel was closed, or went on in another generation, before Redis answered. */
  @Test
  void whatIsStoppedBeforeItIsFollowedIsLeft() {
    double before = followed();
    Context loop = tail.changes();
    var followed = new ChangesTail(tail, loop, calls::incrementAndGet);
    Promise<Void> asked = Promise.promise();
    Promise<LogState> state = Promise.promise();
    loop.runOnContext(
        go -> {
          followed.follow(List.of(source(asked, state)), (partition, news) -> {});
          followed.stop();
        });
    await(asked.future());
    loop.runOnContext(go -> state.complete(STATE));
    awaitTask(loop);
    await().until(() -> followed() == before);
    assertThat(calls).hasValue(0);
  }

  /** What was asked of the loop before was done. */
  private static void awaitTask(Context loop) {
    Promise<Void> done = Promise.promise();
    loop.runOnContext(go -> done.complete());
    await(done.future());
  }
}
