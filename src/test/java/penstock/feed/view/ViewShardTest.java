package penstock.feed.view;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static penstock.Patience.await;

import io.netty.buffer.ByteBuf;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import penstock.feed.HeartbeatType;
import penstock.feed.ResumeRequest;
import penstock.feed.connection.ClientAddress;
import penstock.feed.connection.Transport;
import penstock.feed.connection.TransportListener;
import penstock.feed.frame.FrameBatch;
import penstock.redis.RedisResource;
import penstock.security.identity.Caller;
import penstock.stream.StartPosition;
import penstock.view.ViewName;
import penstock.view.Views;

/** What the readers of a view on one event loop are written, before it goes to their sockets. */
@QuarkusTest
@WithTestResource(RedisResource.class)
@TestProfile(ViewFeedsTest.Settings.class)
class ViewShardTest {

  /** Takes all, as the way to a socket does. */
  private static final class Taken implements Transport {
    private final Map<FrameBatch, ByteBuf> batches = new ConcurrentHashMap<>();
    private volatile boolean caughtUp;
    private volatile TransportListener listener = TransportListener.NOBODY;

    /** The batch that tells of a text; null if it has not come. */
    @Nullable FrameBatch batch(String text) {
      return batches.keySet().stream()
          .filter(batch -> batch.frames().toString().contains(text))
          .findAny()
          .orElse(null);
    }

    @Override
    public ClientAddress client() {
      return new ClientAddress("here");
    }

    @Override
    public Caller caller() {
      return Caller.UNKNOWN;
    }

    @Override
    public HeartbeatType heartbeat() {
      return HeartbeatType.ID;
    }

    @Override
    public void listen(TransportListener listener) {
      this.listener = listener;
    }

    @Override
    public boolean isFull() {
      return false;
    }

    @Override
    public void write(Buffer frames) {
      caughtUp |= frames.toString().contains("event: caught-up");
    }

    @Override
    public void write(FrameBatch batch) {
      batches.put(batch, batch.wire());
    }

    @Override
    public void end(Buffer frames) {}

    @Override
    public void reset() {}
  }

  @Inject Vertx vertx;
  @Inject ViewFeeds feeds;
  @Inject Views views;

  private static void post(int number) {
    given()
        .contentType("application/cloudevents+json; charset=utf-8")
        .body(
            "{\"specversion\":\"1.0\",\"id\":\"%d\",\"source\":\"/sharing\",\"type\":\"cart.changed\",\"subject\":\"shared\",\"data\":{\"number\":\"n%d\"}}"
                .formatted(number, number))
        .post("/streams/carts/events")
        .then()
        .statusCode(201);
  }

  @Test
  void thoseWhoWantTheSameAreWrittenTheSame() {
    List<Taken> all = Stream.generate(Taken::new).limit(3).toList();
    List<Taken> some = Stream.generate(Taken::new).limit(3).toList();
    var other = new Taken();
    Context loop = vertx.getOrCreateContext();
    loop.runOnContext(
        go -> {
          all.forEach(transport -> subscribe(transport, Set.of()));
          some.forEach(transport -> subscribe(transport, Set.of("shared", "absent")));
          subscribe(other, Set.of("absent"));
        });
    List<Taken> transports = Stream.of(all, some, List.of(other)).flatMap(List::stream).toList();
    await().until(() -> transports.stream().allMatch(transport -> transport.caughtUp));
    // A turn that has begun already may find what comes, so that not all are in the same.
    int[] posted = {0};
    await().until(() -> isShared(all, some, posted[0]++));
    assertThat(other.batches).isEmpty();
    await()
        .until(
            () ->
                transports.stream()
                    .flatMap(transport -> transport.batches.values().stream())
                    .allMatch(wire -> wire.refCnt() == 0));
    loop.runOnContext(go -> transports.forEach(transport -> transport.listener.gone()));
  }

  private void subscribe(Transport transport, Set<String> keys) {
    feeds.subscribe(
        transport,
        views.find(new ViewName("carts")),
        keys,
        new ResumeRequest(new StartPosition.Latest(), null));
  }

  /** Whether those who want the same were written one chunk. */
  private static boolean isShared(List<Taken> all, List<Taken> some, int number) {
    String text = "\"n" + number + "\"";
    post(number);
    await()
        .until(
            () -> Stream.of(all, some).flatMap(List::stream).allMatch(o -> o.batch(text) != null));
    return all.stream().map(transport -> transport.batch(text)).distinct().count() == 1
        && some.stream().map(transport -> transport.batch(text)).distinct().count() == 1
        && all.getFirst().batch(text) != some.getFirst().batch(text);
  }
}
