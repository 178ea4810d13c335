package penstock.tenant;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import penstock.cluster.ServiceProcess;
import penstock.redis.RedisServer;

/** A tenant's rate is that of all instances together, over HTTP. */
class TenantRateIT {

  /** Few, so that a machine with other work asks for more. */
  private static final int RATE = 20;

  private static final double SLICE_SECONDS = 0.1;
  private static final int INSTANCES = 2;
  private static final int CLIENTS = 2;
  private static final Duration LOAD = Duration.ofSeconds(10);

  private static final String EVENT =
      "{\"specversion\":\"1.0\",\"id\":\"%s\",\"source\":\"/s\",\"type\":\"t\"}";

  @TempDir Path directory;

  private final AtomicInteger ids = new AtomicInteger();
  private final AtomicInteger refused = new AtomicInteger();

  private static String key(String tenant) {
    return tenant + "-" + "k".repeat(40);
  }

  private static String line(String tenant) throws Exception {
    byte[] digest =
        MessageDigest.getInstance("SHA-256").digest(key(tenant).getBytes(StandardCharsets.UTF_8));
    return "%s:%s:tenant=%s:writer%n".formatted(tenant, HexFormat.of().formatHex(digest), tenant);
  }

  private ServiceProcess start(RedisServer redis, Path keys, int number) {
    var service =
        new ServiceProcess(
            ServiceProcess.PACKAGED,
            Map.of(
                "quarkus.redis.hosts", redis.uri(),
                "quarkus.http.host", "127.0.0.1",
                "penstock.auth.mode", "api-key",
                "penstock.auth.api-keys.file", keys.toString(),
                "penstock.auth.roles.writer", "{\"publish\":[\"*\"],\"read\":[\"*\"]}",
                "penstock.streams.orders.partitions", "1",
                "penstock.tenants.slice", "100ms",
                "penstock.tenants.overrides.acme.events-per-second", Integer.toString(RATE)),
            directory.resolve("log" + number));
    service.start();
    return service;
  }

  private int post(HttpClient client, URI service, String tenant) throws Exception {
    return client
        .send(
            HttpRequest.newBuilder(service.resolve("/streams/orders/events"))
                .header("Authorization", "Bearer " + key(tenant))
                .header("Content-Type", "application/cloudevents+json")
                .POST(HttpRequest.BodyPublishers.ofString(EVENT.formatted(ids.incrementAndGet())))
                .build(),
            HttpResponse.BodyHandlers.discarding())
        .statusCode();
  }

  /** How many were taken until the end, as fast as one client can. */
  private int load(URI service, long end) {
    try (HttpClient client = HttpClient.newHttpClient()) {
      int taken = 0;
      while (System.nanoTime() < end) {
        int status = post(client, service, "acme");
        assertThat(status).isIn(201, 429);
        taken += status == 201 ? 1 : 0;
        refused.addAndGet(status == 429 ? 1 : 0);
      }
      return taken;
    } catch (Exception failed) {
      throw new IllegalStateException(failed);
    }
  }

  @Test
  void isThatOfAllInstancesTogether() throws Exception {
    Path keys = Files.writeString(directory.resolve("keys"), line("acme") + line("globex"));
    try (var redis = RedisServer.start();
        var one = start(redis, keys, 1);
        var two = start(redis, keys, 2);
        HttpClient bystander = HttpClient.newHttpClient()) {
      one.awaitReady();
      two.awaitReady();
      long began = System.nanoTime();
      long end = began + LOAD.toNanos();
      List<CompletableFuture<Integer>> loads = new ArrayList<>();
      for (ServiceProcess service : List.of(one, two)) {
        for (int i = 0; i < CLIENTS; i++) {
          loads.add(
              CompletableFuture.supplyAsync(
                  () -> load(service.uri(), end), task -> Thread.ofPlatform().start(task)));
        }
      }
      int others = 0;
      while (System.nanoTime() < end) {
        assertThat(post(bystander, others % 2 == 0 ? one.uri() : two.uri(), "globex"))
            .as("one who has no limit")
            .isEqualTo(201);
        others++;
      }
      List<Integer> taken = loads.stream().map(CompletableFuture::join).toList();
      double seconds = (System.nanoTime() - began) / 1e9;
      int all = taken.stream().mapToInt(Integer::intValue).sum();
      System.out.printf(
          "of one tenant %s, together %d in %.1f s at %d/s, %d refused; of another %d%n",
          taken, all, seconds, RATE, refused.get(), others);
      // The bucket's second, and a slice that each instance may hold.
      double most = RATE * (seconds + 1 + INSTANCES * SLICE_SECONDS);
      assertThat(refused.get()).as("more was asked for than there is").isPositive();
      assertThat((double) all).isBetween(0.5 * RATE * seconds, most);
      assertThat(taken.get(0) + taken.get(1)).as("of the first instance").isPositive();
      assertThat(taken.get(2) + taken.get(3)).as("of the second").isPositive();
      assertThat(others).isPositive();
    }
  }
}
