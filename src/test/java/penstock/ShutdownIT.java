package penstock;

import static org.assertj.core.api.Assertions.assertThat;
import static penstock.Patience.await;

import io.restassured.RestAssured;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import penstock.feed.FeedClient;
import penstock.redis.RedisServer;

/**
 * What clients and balancers are told between SIGTERM and the end: while readers are sent away, all
 * others are served, and told to connect elsewhere.
 */
class ShutdownIT {

  /** So that there is time to look: the test ends it by looking, not by waiting. */
  private static final String LONG = "20s";

  @TempDir Path directory;

  @Test
  void servesAllAndTellsClientsToConnectElsewhere() throws Exception {
    Vertx vertx = Vertx.vertx();
    try (var redis = RedisServer.start();
        var service =
            PackagedService.start(
                directory,
                Map.of(
                    "quarkus.redis.hosts",
                    redis.uri(),
                    "penstock.streams.orders.partitions",
                    "1",
                    "penstock.feed.drain-time",
                    LONG,
                    "quarkus.shutdown.delay",
                    LONG))) {
      service.awaitReady();
      AtomicInteger goAways = new AtomicInteger();
      HttpClient http2 =
          vertx
              .httpClientBuilder()
              .with(
                  new HttpClientOptions()
                      .setProtocolVersion(HttpVersion.HTTP_2)
                      .setHttp2ClearTextUpgrade(false))
              .withConnectHandler(
                  connection -> connection.goAwayHandler(told -> goAways.incrementAndGet()))
              .build();
      // Two, so that one is left when the other was sent away at once.
      FeedClient reader = FeedClient.open(service.port(), "/streams/orders/feed", null);
      FeedClient other = FeedClient.open(service.port(), "/streams/orders/feed", null);
      await().until(() -> !reader.messages("caught-up").isEmpty());
      await().until(() -> !other.messages("caught-up").isEmpty());
      assertThat(get(http2, service.port())).isEqualTo(200);
      assertThat(RestAssured.get(service.uri() + "/streams").header("Connection")).isNull();

      CompletableFuture<Integer> exit = CompletableFuture.supplyAsync(service::stop);
      await().until(() -> RestAssured.get(service.uri() + "/q/health/ready").statusCode() == 503);
      var answer =
          Requests.given()
              .contentType("application/cloudevents+json")
              .body("{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/t\",\"type\":\"t\"}")
              .post(service.uri() + "/streams/orders/events");
      assertThat(answer.statusCode()).isEqualTo(201);
      assertThat(answer.header("Connection")).isEqualToIgnoringCase("close");
      assertThat(goAways).hasValue(0);
      assertThat(get(http2, service.port())).isEqualTo(200);
      await().until(() -> goAways.get() > 0);
      // All of this while feeds go on: the end of the last one is far away.
      assertThat(reader.hasEnded() && other.hasEnded()).isFalse();

      await().until(() -> reader.hasEndedNormally() && other.hasEndedNormally());
      assertThat(exit.get()).isEqualTo(143);
      reader.close();
      other.close();
    } finally {
      await(vertx.close());
    }
  }

  private static int get(HttpClient client, int port) {
    return await(
        client
            .request(HttpMethod.GET, port, "127.0.0.1", "/streams")
            .compose(HttpClientRequest::send)
            .compose(ShutdownIT::whole));
  }

  private static Future<Integer> whole(HttpClientResponse response) {
    return response.body().map(body -> response.statusCode());
  }
}
