package penstock.cluster;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import penstock.Tool;
import penstock.redis.RedisServer;

/**
 * What a webhook takes whose receiver is dead, while 50,000 events of 1,000 keys wait for it:
 * beside a sink that has nothing to do, one whose receiver refuses connections, and one whose
 * receiver takes connections and never answers. Run it as {@link WebhookBenchmark}:
 *
 * <pre>
 * java -cp ... penstock.cluster.DeadReceiverBenchmark [SECONDS] [idle|refuses|mute]
 * </pre>
 */
public final class DeadReceiverBenchmark {

  private static final int EVENTS = 50_000;
  private static final int BATCH = 500;
  private static final int KEYS = 1_000;
  private static final int SECONDS = 60;

  /** The last line of a histogram of the heap: what is reachable. */
  private static final Pattern TOTAL = Pattern.compile("Total +\\d+ +(\\d+)");

  private DeadReceiverBenchmark() {}

  public static void main(String[] args) throws Exception {
    int seconds = args.length > 0 ? Integer.parseInt(args[0]) : SECONDS;
    List<String> cases = args.length > 1 ? List.of(args[1]) : List.of("idle", "refuses", "mute");
    try (var mute = new ServerSocket(0, EVENTS, InetAddress.getLoopbackAddress())) {
      int closed;
      try (var gone = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        closed = gone.getLocalPort();
      }
      for (String one : cases) {
        run(
            one,
            one.equals("mute") ? mute.getLocalPort() : closed,
            one.equals("idle") ? 0 : EVENTS,
            seconds);
      }
    }
  }

  private static void run(String what, int receiver, int events, int seconds) throws Exception {
    Path log = Files.createDirectories(Path.of("target", "cluster")).resolve("benchmark.log");
    try (RedisServer redis = RedisServer.start("--appendonly", "no")) {
      var config = new TreeMap<String, String>();
      config.put("quarkus.redis.hosts", redis.uri());
      config.put("penstock.streams.s.partitions", "1");
      config.put("penstock.sinks.hook.stream", "s");
      config.put("penstock.sinks.hook.kind", "webhook");
      config.put("penstock.sinks.hook.url", "http://127.0.0.1:" + receiver + "/");
      config.put("penstock.sinks.hook.allow-private", "true");
      try (var service =
          new ServiceProcess(ServiceProcess.PACKAGED, config, log, List.of("-Xmx512m"))) {
        service.start();
        service.awaitReady();
        for (int from = 0; from < events; from += BATCH) {
          append(service.uri().resolve("/streams/s/events"), from);
        }
        // Compiled, and at what it does from then on.
        Thread.sleep(seconds * 500L);
        System.out.printf("--- %s%n", what);
        var usage = new ResourceUsage(redis, service);
        Thread.sleep(seconds * 1_000L);
        usage.print();
        Matcher heap = TOTAL.matcher(Tool.output("jcmd", "" + service.pid(), "GC.class_histogram"));
        System.out.printf(
            Locale.ROOT,
            "reachable heap: %.1f MB; %s%n",
            heap.find() ? Long.parseLong(heap.group(1)) / 1e6 : 0,
            Cluster.get(service.uri().resolve("/sinks/hook")));
      }
    }
  }

  private static void append(URI to, int from) throws Exception {
    var batch = new JsonArray();
    IntStream.range(from, from + BATCH)
        .forEach(
            i ->
                batch.add(
                    new JsonObject()
                        .put("specversion", "1.0")
                        .put("id", "" + i)
                        .put("source", "/bench")
                        .put("type", "t")
                        .put("subject", "" + i % KEYS)
                        .put("data", new JsonObject().put("n", i))));
    try (var http = HttpClient.newHttpClient()) {
      int status =
          http.send(
                  HttpRequest.newBuilder(to)
                      .header("Content-Type", "application/cloudevents-batch+json")
                      .POST(HttpRequest.BodyPublishers.ofString(batch.encode()))
                      .build(),
                  HttpResponse.BodyHandlers.discarding())
              .statusCode();
      if (status / 100 != 2) {
        throw new IllegalStateException("an append was answered with " + status);
      }
    }
  }
}
