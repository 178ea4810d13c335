package penstock.cluster;

import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import penstock.Patience;
import penstock.redis.RedisServer;

/**
 * What the packaged service takes while nothing happens: its processor time, that of Redis, and
 * what it asks of Redis. Run it from the project's root as {@link ViewBenchmark}:
 *
 * <pre>
 * java -cp ... penstock.cluster.IdleBenchmark [VIEWS] [PARTITIONS] [INSTANCES] [SECONDS]
 * </pre>
 */
public final class IdleBenchmark {

  private IdleBenchmark() {}

  public static void main(String[] args) throws Exception {
    int views = argument(args, 0, 20);
    int partitions = argument(args, 1, 8);
    int instances = argument(args, 2, 1);
    int seconds = argument(args, 3, 60);
    Path log = Files.createDirectories(Path.of("target", "cluster")).resolve("benchmark.log");
    try (RedisServer redis = RedisServer.start()) {
      Map<String, String> config = new LinkedHashMap<>();
      config.put("quarkus.redis.hosts", redis.uri());
      config.put("penstock.streams.s.partitions", "" + partitions);
      for (int i = 0; i < views; i++) {
        config.put("penstock.views.v" + i + ".stream", "s");
        config.put("penstock.views.v" + i + ".fold", "count");
      }
      List<ServiceProcess> processes =
          java.util.stream.IntStream.range(0, instances)
              .mapToObj(
                  i ->
                      new ServiceProcess(ServiceProcess.PACKAGED, config, log, List.of("-Xmx512m")))
              .toList();
      try {
        processes.forEach(ServiceProcess::start);
        processes.forEach(ServiceProcess::awaitReady);
        for (int i = 0; i < views; i++) {
          var uri = processes.getFirst().uri().resolve("/views/v" + i);
          Patience.await().ignoreExceptions().until(() -> isWorked(Cluster.get(uri)));
        }
        // Compiled, and at rest.
        Thread.sleep(seconds * 500L);
        measure(redis, processes, seconds);
      } finally {
        processes.forEach(ServiceProcess::close);
      }
    }
  }

  private static int argument(String[] args, int index, int otherwise) {
    return args.length > index ? Integer.parseInt(args[index]) : otherwise;
  }

  private static boolean isWorked(JsonObject view) {
    return view.getJsonArray("partitions").stream()
        .allMatch(partition -> ((JsonObject) partition).getString("state").equals("working"));
  }

  private static void measure(RedisServer redis, List<ServiceProcess> processes, int seconds)
      throws Exception {
    var usage = new ResourceUsage(redis, processes.getFirst());
    Thread.sleep(seconds * 1_000L);
    usage.print();
  }
}
