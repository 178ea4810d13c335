package penstock.feed.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static penstock.Patience.await;

import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.vertx.core.buffer.Buffer;
import jakarta.inject.Inject;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import penstock.Meters;
import penstock.feed.DisconnectReason;
import penstock.feed.FeedClient;
import penstock.feed.FeedConfig;
import penstock.feed.FeedMeters;
import penstock.feed.FeedReaders;
import penstock.feed.HeartbeatType;
import penstock.feed.frame.FrameBatch;
import penstock.redis.Keys;
import penstock.redis.RedisResource;
import penstock.redis.RedisServer;
import penstock.security.identity.Caller;
import penstock.stream.StreamName;
import penstock.stream.log.LogWriter;

/**
 * When a connected reader is disconnected: with times so short that a busy machine could exceed
 * them by itself, and so apart from the tests in which nobody may be.
 */
@QuarkusTest
@WithTestResource(
    value = RedisResource.class,
    initArgs = @ResourceArg(name = "options", value = "--databases 3 --appendfsync always"))
@TestProfile(ConnectionTest.Settings.class)
class ConnectionTest {

  public static class Settings implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of(
          "penstock.streams.auto-create", "true",
          "penstock.feed.slow-client-timeout", "2s",
          "penstock.feed.redis-patience", "8s",
          "penstock.feed.drain-time", "0s");
    }
  }

  private static final int BIG_EVENTS = 1_000;

  RedisServer redis;
  @TestHTTPResource URI base;
  @Inject Keys keys;
  @Inject LogWriter writer;
  @Inject FeedConfig config;
  @Inject FeedMeters meters;

  private FeedReaders readers;

  @BeforeEach
  void connect() {
    readers = new FeedReaders(base);
    writer.awaitLink();
  }

  @AfterEach
  void leave() {
    readers.close();
  }

  private StreamName stream(String name) {
    await().ignoreExceptions().until(() -> redis.ask("HSET", keys.streams(), name, 1) != null);
    return new StreamName(name);
  }

  private FeedClient live(StreamName stream, @Nullable String lastEventId, int window) {
    return readers.live("/streams/" + stream + "/feed", lastEventId, window, 1);
  }

  /** The kernel takes a few megabytes for a reader; these are ten. */
  @Test
  void aReaderThatTakesNothingIsDisconnected() {
    StreamName stream = stream("gives-up-slow");
    try (FeedClient stuck = live(stream, null, 4_096)) {
      stuck.pause();
      List<String> ids = IntStream.range(0, BIG_EVENTS).mapToObj(Integer::toString).toList();
      String big = "\"" + "x".repeat(10_000) + "\"";
      for (int i = 0; i < BIG_EVENTS; i += 10) {
        writer.append(
            stream,
            ids.subList(i, i + 10).stream()
                .map(id -> LogWriter.event(id, null, "t", big))
                .toList());
      }
      // Not before the service has given it up, for it would take what is left.
      await().until(() -> disconnected("slow") > 0);
      stuck.resume();
      await().until(stuck::hasEnded);
      assertThat(stuck.hasEndedNormally()).isFalse();
      List<String> all = new ArrayList<>(stuck.ids());
      String last = stuck.lastEventId();
      // On a busy machine this one may be too slow as well: it comes back as often as it must.
      while (all.size() < BIG_EVENTS) {
        FeedClient again = readers.open("/streams/" + stream + "/feed", last);
        await().until(() -> again.hasEnded() || all.size() + again.ids().size() >= BIG_EVENTS);
        again.leave();
        all.addAll(again.ids());
        last = again.lastEventId();
      }
      assertThat(all).isEqualTo(ids);
    }
  }

  /** As those of a browser whose tab is closed in the midst of a replay. */
  @Test
  void aReaderThatGoesWhileItsSocketIsFullIsNotSlow() {
    assertThat(whyGone(Duration.ZERO)).isEqualTo(DisconnectReason.CLIENT);
    assertThat(whyGone(config.slowClientTimeout())).isEqualTo(DisconnectReason.SLOW);
  }

  private DisconnectReason whyGone(Duration afterBeingFullFor) {
    var transport = new FullTransport();
    Connection connection = new Connection(transport, meters, config);
    List<DisconnectReason> reasons = new ArrayList<>();
    connection.listen(
        new ConnectionListener() {
          @Override
          public void drained() {}

          @Override
          public void gone(DisconnectReason reason) {
            reasons.add(reason);
          }
        });
    long began = System.nanoTime();
    assertThat(connection.isFull()).isTrue();
    await().until(() -> System.nanoTime() - began >= afterBeingFullFor.toNanos());
    transport.listener.gone();
    return reasons.getFirst();
  }

  /** Takes nothing. */
  private static final class FullTransport implements Transport {
    private TransportListener listener = TransportListener.NOBODY;

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
      return true;
    }

    @Override
    public void write(Buffer frames) {}

    @Override
    public void write(FrameBatch batch) {}

    @Override
    public void end(Buffer frames) {}

    @Override
    public void reset() {}
  }

  @Test
  void connectedReadersAreSentElsewhereWhenRedisStaysAway() {
    StreamName stream = stream("gives-up-redis");
    writer.append(stream, "a", "b");
    try (FeedClient waiting = live(stream, null, 0)) {
      redis.kill();
      try {
        await().until(waiting::hasEndedNormally);
        assertThat(waiting.messages("unavailable").getFirst().data()).contains("redis-unavailable");
      } finally {
        redis.startAgain();
      }
      writer.awaitLink();
      writer.append(stream, "c", "d");
      try (FeedClient again = live(stream, waiting.lastEventId(), 0)) {
        await().until(() -> again.ids().size() >= 2);
        assertThat(again.ids()).containsExactly("c", "d");
      }
    }
  }

  private static double disconnected(String reason) {
    return Meters.read("penstock_feed_disconnects_total", "reason", reason);
  }
}
