package penstock.feed.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static penstock.Patience.await;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import penstock.Meters;
import penstock.PackagedService;
import penstock.feed.FeedClient;
import penstock.redis.RedisServer;

/**
 * A client whose network goes: it cannot say so, and heartbeats do not fill its socket. TCP by
 * itself would wait for a quarter of an hour.
 */
@EnabledIf(
    value = "penstock.feed.connection.DetachedReader#isPossible",
    disabledReason = "no network namespaces here: they need Linux, root and iproute2")
class HalfOpenIT {

  private static final String FEED = "/streams/orders/feed";

  @TempDir Path directory;

  @Test
  void isNoticedAndCostsTheOthersNothing() throws Exception {
    try (var redis = RedisServer.start();
        var service =
            PackagedService.start(
                directory,
                Map.of(
                    "quarkus.redis.hosts", redis.uri(),
                    "quarkus.http.host", "0.0.0.0",
                    "penstock.auth.mode", "none",
                    "penstock.streams.orders.partitions", "1",
                    "penstock.feed.heartbeat", "500ms",
                    "penstock.feed.slow-client-timeout", "2s"))) {
      service.awaitReady();
      FeedClient other = FeedClient.open(service.port(), FEED, null);
      try (DetachedReader client = DetachedReader.read(service.port(), FEED)) {
        await().until(() -> client.lines().contains("event: caught-up"));
        await().until(() -> !other.messages("caught-up").isEmpty());
        assertThat(readers(service)).isEqualTo(2);

        client.cutOff();

        await().until(() -> readers(service) == 1);
        assertThat(other.hasEnded()).isFalse();
      } finally {
        other.close();
      }
    }
  }

  private static double readers(PackagedService service) {
    return Meters.readAt(service.uri(), "penstock_feed_subscribers");
  }
}
