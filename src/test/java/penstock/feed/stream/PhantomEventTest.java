package penstock.feed.stream;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static penstock.Patience.await;

import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.net.URI;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import penstock.feed.FeedClient;
import penstock.feed.FeedReaders;
import penstock.redis.Keys;
import penstock.redis.RedisResource;
import penstock.redis.RedisServer;
import penstock.stream.StreamName;
import penstock.stream.log.LogWriter;

/**
 * A Redis that was killed while it wrote an append to its file leaves the append out, and brings a
 * part of it back when it is started once more: nobody is told of that part.
 */
@QuarkusTest
@WithTestResource(
    value = RedisResource.class,
    initArgs = @ResourceArg(name = "options", value = "--databases 3 --appendfsync always"))
@TestProfile(StreamFeedsTest.Settings.class)
class PhantomEventTest {

  private static final AtomicInteger NAMES = new AtomicInteger();

  RedisServer redis;
  @TestHTTPResource URI base;
  @Inject Keys keys;
  @Inject LogWriter writer;

  private final StreamName stream = new StreamName("phantom-" + NAMES.incrementAndGet());
  private FeedReaders readers;

  @BeforeEach
  void connect() {
    readers = new FeedReaders(base);
    writer.awaitLink();
    redis.ask("HSET", keys.streams(), stream, 1);
    writer.append(stream, "kept");
  }

  @AfterEach
  void leave() {
    readers.close();
  }

  private FeedClient live(String lastEventId) {
    return readers.live("/streams/" + stream + "/feed?cursor=earliest", lastEventId);
  }

  private List<String> listed() {
    return given().get("/streams/{stream}/events", stream.value()).path("events.id");
  }

  private long length() {
    return (Long) redis.ask("XLEN", keys.partition(stream.value(), 0).events());
  }

  private void startAgain() {
    redis.startAgain();
    writer.awaitLink();
  }

  @Test
  void whatWasTriedAgainIsThereOnce() {
    FeedClient before = live(null);
    before.close();
    writer.append(stream, "torn-1", "torn-2", "torn-3");
    redis.killWithin("XADD", "torn-2");
    startAgain();
    assertThat(length()).isEqualTo(1);
    writer.append(stream, "torn-1", "torn-2", "torn-3");
    writer.append(stream, "after");
    FeedClient between = live(before.lastEventId());
    await().until(() -> between.ids().contains("after"));
    redis.kill();
    startAgain();
    String[] all = {"kept", "torn-1", "torn-2", "torn-3", "after"};
    FeedClient anew = live(null);
    await().until(() -> anew.ids().contains("after"));
    assertThat(anew.ids()).containsExactly(all);
    assertThat(listed()).containsExactly(all);
    assertThat(length()).isEqualTo(all.length);
    FeedClient resumed = live(between.lastEventId());
    writer.append(stream, "last");
    await().until(() -> !resumed.ids().isEmpty());
    assertThat(resumed.ids()).containsExactly("last");
    assertThat(resumed.messages("reset")).isEmpty();
  }

  /** Its digests come back with it. */
  @Test
  void whatIsTriedAgainLateIsNotTakenForThere() {
    writer.append(stream, "torn-1", "torn-2");
    redis.killWithin("EXEC", "torn-2");
    startAgain();
    assertThat(length()).isEqualTo(1);
    writer.append(stream, "after");
    redis.kill();
    startAgain();
    writer.append(stream, "torn-1", "torn-2");
    assertThat(listed()).containsExactly("kept", "after", "torn-1", "torn-2");
    writer.append(stream, "torn-1", "after", "torn-2");
    assertThat(listed()).containsExactly("kept", "after", "torn-1", "torn-2");
  }
}
