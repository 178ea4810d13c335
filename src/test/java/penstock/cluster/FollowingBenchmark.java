package penstock.cluster;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import penstock.redis.RedisServer;

/**
 * What one more instance that has readers costs Redis: an instance appends at a fixed rate, and
 * none to three others each have one reader of the stream. Run it from the project's root as {@link
 * ViewBenchmark}:
 *
 * <pre>
 * java -cp ... penstock.cluster.FollowingBenchmark [SECONDS] [EVENTS_A_BATCH]
 * </pre>
 */
public final class FollowingBenchmark {

  private static final int FOLLOWERS = 3;
  private static final int PARTITIONS = 4;
  private static final int BATCH = 100;
  private static final Duration INTERVAL = Duration.ofMillis(5);

  /** Until JVMs on two busy cores have compiled what is measured. */
  private static final int WARMING_SECONDS = 20;

  private FollowingBenchmark() {}

  public static void main(String[] args) throws Exception {
    int seconds = args.length > 0 ? Integer.parseInt(args[0]) : 8;
    int batch = args.length > 1 ? Integer.parseInt(args[1]) : BATCH;
    Path log = Files.createDirectories(Path.of("target", "cluster")).resolve("benchmark.log");
    List<ServiceProcess> processes = new ArrayList<>();
    try (RedisServer redis = RedisServer.start("--appendonly", "no");
        HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
      Map<String, String> config = new LinkedHashMap<>();
      config.put("quarkus.redis.hosts", redis.uri());
      config.put("penstock.streams.s.partitions", "" + PARTITIONS);
      for (int i = 0; i < 1 + FOLLOWERS; i++) {
        processes.add(
            new ServiceProcess(ServiceProcess.PACKAGED, config, log, List.of("-Xmx512m")));
      }
      processes.forEach(ServiceProcess::start);
      processes.forEach(ServiceProcess::awaitReady);
      URI appended = processes.getFirst().uri().resolve("/streams/s/events");
      System.out.println(
          "| instances that follow | events/s | Redis, us an event | calls an event | the last of"
              + " them (without any, who appends), us an event |");
      System.out.println("|---|---|---|---|---|");
      int sent = 0;
      for (int following = 0; following <= FOLLOWERS; following++) {
        if (following > 0) {
          follow(client, processes.get(following).uri().resolve("/streams/s/feed"));
        }
        post(client, appended, WARMING_SECONDS, batch, sent++);
        // Of one that follows, if one does.
        var usage = new ResourceUsage(redis, processes.get(following));
        long events = post(client, appended, seconds, batch, sent++);
        ResourceUsage.Used used = usage.used();
        System.out.printf(
            Locale.ROOT,
            "| %d | %,.0f | %.2f | %.3f | %.2f |%n",
            following,
            events / used.seconds(),
            1e6 * used.allServers() / events,
            (double) used.allCalls(0) / events,
            1e6 * used.service() / events);
      }
      client.shutdownNow();
    } finally {
      processes.forEach(ServiceProcess::close);
    }
  }

  /** A reader that looks at nothing; returns when it is answered. */
  private static void follow(HttpClient client, URI feed) throws Exception {
    var answer = client.send(HttpRequest.newBuilder(feed).build(), BodyHandlers.ofInputStream());
    Thread.ofVirtual()
        .start(
            () -> {
              try (InputStream in = answer.body()) {
                in.transferTo(OutputStream.nullOutputStream());
              } catch (IOException closed) {
                // The benchmark is over.
              }
            });
  }

  /** Posts batches at fixed times; how many events. */
  private static long post(HttpClient client, URI to, int seconds, int size, int round)
      throws Exception {
    long start = System.nanoTime();
    long due = start;
    long events = 0;
    while (due - start < Duration.ofSeconds(seconds).toNanos()) {
      HttpRequest request =
          HttpRequest.newBuilder(to)
              .header("Content-Type", "application/cloudevents-batch+json")
              .POST(BodyPublishers.ofString(batch(round, events, size).encode()))
              .build();
      client.sendAsync(request, BodyHandlers.discarding());
      events += size;
      due += INTERVAL.toNanos();
      LockSupport.parkNanos(due - System.nanoTime());
    }
    return events;
  }

  private static JsonArray batch(int round, long first, int size) {
    JsonArray batch = new JsonArray();
    String text = "x".repeat(90);
    for (long n = first; n < first + size; n++) {
      batch.add(
          new JsonObject()
              .put("specversion", "1.0")
              .put("id", round + "-" + n)
              .put("source", "/b")
              .put("type", "t")
              .put("subject", "key-" + n % 1_000)
              .put("data", new JsonObject().put("n", n).put("text", text)));
    }
    return batch;
  }
}
