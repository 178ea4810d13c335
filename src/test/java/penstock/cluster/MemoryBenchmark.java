package penstock.cluster;

import static penstock.Patience.await;

import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import penstock.redis.RedisServer;

/**
 * What Redis takes for an event, what is known of it within the dedup window, an entry of a view
 * and its index, what is changed of it, and an event that a consumer of a pull group has: of data
 * as those of {@link ViewBenchmark}, about 110 bytes. Run it from the project's root as that:
 *
 * <pre>
 * java -cp ... penstock.cluster.MemoryBenchmark [EVENTS]
 * </pre>
 */
public final class MemoryBenchmark {

  private static final int BATCH = 500;
  private static final int PULL = 256;
  private static final Pattern USED = Pattern.compile("used_memory:(\\d+)");

  private MemoryBenchmark() {}

  public static void main(String[] args) throws Exception {
    int events = args.length > 0 ? Integer.parseInt(args[0]) : 50_000;
    Path log = Files.createDirectories(Path.of("target", "cluster")).resolve("benchmark.log");
    try (RedisServer redis = RedisServer.start("--appendonly", "no")) {
      Map<String, String> config = new LinkedHashMap<>();
      config.put("quarkus.redis.hosts", redis.uri());
      config.put("penstock.streams.plain.partitions", "1");
      config.put("penstock.streams.plain.dedup-window", "1h");
      config.put("penstock.streams.viewed.partitions", "1");
      config.put("penstock.streams.viewed.dedup-window", "1h");
      config.put("penstock.views.count.stream", "viewed");
      config.put("penstock.views.count.fold", "count");
      // As many entries as events.
      config.put("penstock.views.count.key", "/n");
      try (ServiceProcess service =
          new ServiceProcess(ServiceProcess.PACKAGED, config, log, List.of("-Xmx1g"))) {
        service.start();
        service.awaitReady();
        run(redis, service.uri(), events);
      }
    }
  }

  private static void run(RedisServer redis, URI service, int events) throws Exception {
    long before = used(redis);
    ViewBenchmark.append(service, "plain", events, BATCH);
    long plain = used(redis) - before;
    long stream = usage(redis, "ps:{plain/0}:events");
    print("an event in the log", stream, events);
    print("besides, within the dedup window", plain - stream, events);

    HttpClient client = HttpClient.newHttpClient();
    send(client, "PUT", service, "", "{\"start\":\"earliest\",\"lease\":\"1h\"}");
    before = used(redis);
    int pulled = 0;
    while (pulled < events / 5) {
      String answer = send(client, "POST", service, "/pull", "{\"max\":" + PULL + "}");
      pulled += new JsonObject(answer).getJsonArray("messages").size();
    }
    print("an event that a consumer of a pull group has", used(redis) - before, pulled);
    client.close();

    before = used(redis);
    ViewBenchmark.append(service, "viewed", events, BATCH);
    await()
        .until(
            () ->
                Cluster.get(service.resolve("/views/count"))
                        .getJsonArray("partitions")
                        .getJsonObject(0)
                        .getLong("lag")
                    == 0);
    long viewed = used(redis) - before - plain;
    print("an entry of a view that counts, with its index and its change", viewed, events);
    String state = "ps:{viewed/0}:view:count:" + redis.ask("HGET", "ps:views", "count");
    print("of this, the index", usage(redis, state + ":keys"), events);
    print("of this, the change, for ten minutes", usage(redis, state + ":changes"), events);
  }

  private static String send(HttpClient client, String method, URI service, String to, String body)
      throws Exception {
    URI uri = service.resolve("/streams/plain/groups/g" + to);
    HttpRequest request =
        HttpRequest.newBuilder(uri)
            .header("Content-Type", "application/json")
            .method(method, BodyPublishers.ofString(body))
            .build();
    var answer = client.send(request, BodyHandlers.ofString());
    if (answer.statusCode() >= 300) {
      throw new IllegalStateException(uri + " was answered with " + answer.body());
    }
    return answer.body();
  }

  private static long used(RedisServer redis) {
    Matcher found = USED.matcher(String.valueOf(redis.ask("INFO", "memory")));
    if (!found.find()) {
      throw new IllegalStateException("Redis does not tell");
    }
    return Long.parseLong(found.group(1));
  }

  private static long usage(RedisServer redis, String key) {
    Object bytes = redis.ask("MEMORY", "USAGE", key, "SAMPLES", 0);
    return bytes == null ? 0 : (Long) bytes;
  }

  private static void print(String what, long bytes, long each) {
    System.out.printf(Locale.ROOT, "%s: %.0f bytes%n", what, (double) bytes / each);
  }
}
