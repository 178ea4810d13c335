package penstock.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static penstock.Patience.await;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import penstock.PackagedService;
import penstock.Patience;
import penstock.Requests;
import penstock.redis.RedisServer;

/**
 * What is under way when an instance is told to end: it is answered, and only then the connections
 * to Redis go, without a word of warning.
 */
class LastRequestIT {

  private static final String EVENT =
      "{\"specversion\":\"1.0\",\"id\":\"%s\",\"source\":\"/t\",\"type\":\"t\"}";

  /** The framework, when it would end everything but for what is under way. */
  private static final String WAITING = "Waiting for HTTP requests to complete";

  private static final Executor BESIDE = task -> Thread.ofPlatform().daemon().start(task);

  @TempDir Path directory;

  @Test
  void isAnsweredBeforeTheLinksToRedisClose() throws Exception {
    try (var redis = RedisServer.start();
        var proxy = new FaultyProxy(redis.port());
        var service =
            PackagedService.start(
                directory,
                Map.of(
                    "quarkus.redis.hosts", "redis://127.0.0.1:" + proxy.port(),
                    "penstock.redis.timeout", "30s",
                    "penstock.streams.orders.partitions", "1"))) {
      service.awaitReady();
      assertThat(post(service, "before")).isEqualTo(201);

      FaultyProxy.Hold append = proxy.hold(RequestFrames.Frame::isAppend);
      CompletableFuture<Integer> last =
          CompletableFuture.supplyAsync(() -> post(service, "last"), BESIDE);
      assertThat(append.came().await(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
      CompletableFuture<Integer> exit = CompletableFuture.supplyAsync(service::stop, BESIDE);
      await().until(() -> service.log().stream().anyMatch(line -> line.contains(WAITING)));
      append.release();

      assertThat(last.get(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS)).isEqualTo(201);
      assertThat(exit.get(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS)).isEqualTo(143);
      assertThat(service.log())
          .noneMatch(line -> line.contains(" WARN ") || line.contains(" ERROR "));
    }
  }

  private static int post(PackagedService service, String id) {
    return Requests.given()
        .contentType("application/cloudevents+json")
        .body(EVENT.formatted(id))
        .post(service.uri() + "/streams/orders/events")
        .statusCode();
  }
}
