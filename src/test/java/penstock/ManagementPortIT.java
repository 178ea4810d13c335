package penstock;

import static org.assertj.core.api.Assertions.assertThat;
import static penstock.Patience.await;

import io.restassured.RestAssured;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import penstock.feed.FeedClient;
import penstock.redis.RedisServer;

/**
 * The port of health and metrics of what was packaged for images: it answers for as long as the
 * other one does, so that an instance that drains is neither sent requests nor killed for being
 * silent.
 */
@EnabledIf(
    value = "penstock.PackagedApplication#isForImages",
    disabledReason = "wants what was packaged with -Dimage, and -Dpenstock.test.image=true")
class ManagementPortIT {

  private static final String DRAIN = "3s";
  private static final int NO_ANSWER = -1;

  @TempDir Path directory;

  private record Seen(int live, int ready, int api) {}

  private PackagedService start(RedisServer redis) {
    return PackagedService.start(
        directory,
        Map.of(
            "quarkus.redis.hosts",
            redis.uri(),
            "penstock.streams.orders.partitions",
            "1",
            "penstock.feed.drain-time",
            DRAIN,
            "quarkus.shutdown.delay",
            DRAIN));
  }

  @Test
  void answersProbesUntilTheOtherPortEnds() throws Exception {
    try (var redis = RedisServer.start();
        var service = start(redis)) {
      service.awaitReady();
      assertThat(service.managementUri()).isNotEqualTo(service.uri());
      assertThat(RestAssured.get(service.uri() + "/q/health/ready").statusCode()).isEqualTo(404);
      FeedClient reader = FeedClient.open(service.port(), "/streams/orders/feed", null);
      await().until(() -> !reader.messages("caught-up").isEmpty());

      List<Seen> seen = new ArrayList<>();
      CompletableFuture<Integer> exit = CompletableFuture.supplyAsync(service::stop);
      while (!exit.isDone()) {
        // The API first: a probe that finds nobody then finds that the other port has ended, too.
        int api = status(service.uri() + "/streams");
        int ready = status(service.managementUri() + "/q/health/ready");
        seen.add(new Seen(status(service.managementUri() + "/q/health/live"), ready, api));
      }
      assertThat(exit.get()).isEqualTo(143);
      reader.close();

      List<Seen> served = seen.stream().filter(one -> one.api() != NO_ANSWER).toList();
      assertThat(served).hasSizeGreaterThan(10).allMatch(one -> one.api() == 200);
      // But for the last, which may have been asked as both ended.
      List<Seen> sure = served.subList(0, served.size() - 1);
      assertThat(sure).allMatch(one -> one.live() == 200);
      assertThat(sure).filteredOn(one -> one.ready() == 503).hasSizeGreaterThan(10);
      assertThat(sure.getLast().ready()).isEqualTo(503);
    }
  }

  @Test
  void theHealthCommandAsksIt() throws Exception {
    try (var redis = RedisServer.start();
        var service = start(redis)) {
      service.awaitReady();
      int port = URI.create(service.managementUri()).getPort();
      assertThat(health(port)).isZero();
      redis.stop();
      await().until(() -> status(service.managementUri() + "/q/health/ready") == 503);
      assertThat(health(port)).isEqualTo(1);
    }
  }

  private static int health(int port) throws Exception {
    return PackagedApplication.health(Map.of("quarkus.management.port", String.valueOf(port)));
  }

  private static int status(String uri) {
    try {
      var asked = (HttpURLConnection) URI.create(uri).toURL().openConnection();
      asked.setConnectTimeout(2_000);
      asked.setReadTimeout(2_000);
      return asked.getResponseCode();
    } catch (IOException nobody) {
      return NO_ANSWER;
    }
  }
}
