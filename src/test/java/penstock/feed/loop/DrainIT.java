package penstock.feed.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static penstock.Patience.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import penstock.PackagedService;
import penstock.feed.FeedClient;
import penstock.redis.RedisServer;

/** What readers see when the packaged service gets SIGTERM. */
class DrainIT {

  @TempDir Path directory;

  @Test
  void disconnectsItsReadersOneAfterTheOtherAndTakesNoMore() throws Exception {
    try (var redis = RedisServer.start();
        var service =
            PackagedService.start(
                directory,
                Map.of(
                    "quarkus.redis.hosts", redis.uri(),
                    "penstock.streams.orders.partitions", "1",
                    "penstock.feed.drain-time", "6s"))) {
      service.awaitReady();
      int port = service.port();
      List<FeedClient> clients = new ArrayList<>();
      for (int i = 0; i < 60; i++) {
        clients.add(FeedClient.open(port, "/streams/orders/feed", null));
      }
      await().until(() -> clients.stream().allMatch(c -> !c.messages("caught-up").isEmpty()));

      long began = System.nanoTime();
      CompletableFuture<Integer> exit = CompletableFuture.supplyAsync(service::stop);
      await().until(() -> ended(clients) > 5);
      assertThat(ended(clients)).isLessThan(60);
      FeedClient late = FeedClient.open(port, "/streams/orders/feed", null);
      await().until(late::hasEndedNormally);
      assertThat(late.status()).isEqualTo(200);
      assertThat(late.messages("unavailable").getFirst().data()).contains("shutting-down");

      await().until(() -> ended(clients) == 60);
      Duration took = Duration.ofNanos(System.nanoTime() - began);
      assertThat(took).isBetween(Duration.ofSeconds(4), Duration.ofSeconds(12));
      assertThat(clients).allMatch(FeedClient::hasEndedNormally);
      assertThat(exit.get()).isEqualTo(143);
      assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(16));
      clients.forEach(FeedClient::close);
      late.close();
    }
  }

  private static long ended(List<FeedClient> clients) {
    return clients.stream().filter(FeedClient::hasEnded).count();
  }
}
