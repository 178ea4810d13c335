package penstock.cluster;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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

  private static final Pattern CALLS = Pattern.compile("cmdstat_([^:]+):calls=(\\d+)");

  /** Fields of /proc/PID/stat behind the name of the command. */
  private static final int USER_TIME = 11;

  private static final int SYSTEM_TIME = 12;
  private static final double TICKS_PER_SECOND = 100;

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
    Map<String, Long> before = calls(redis);
    double own = processor(processes.getFirst().pid());
    double servers = processor(redis.pid());
    long start = System.nanoTime();
    Thread.sleep(seconds * 1_000L);
    double passed = (System.nanoTime() - start) / 1e9;
    System.out.printf(
        Locale.ROOT,
        "an instance: %.2f %% of a core; Redis: %.2f %%%n",
        100 * (processor(processes.getFirst().pid()) - own) / passed,
        100 * (processor(redis.pid()) - servers) / passed);
    calls(redis).entrySet().stream()
        .map(
            entry ->
                Map.entry(
                    entry.getKey(),
                    (entry.getValue() - before.getOrDefault(entry.getKey(), 0L)) / passed))
        .filter(entry -> entry.getValue() > 0.05)
        .sorted(Map.Entry.<String, Double>comparingByValue().reversed())
        .forEach(
            entry ->
                System.out.printf(Locale.ROOT, "%8.1f/s %s%n", entry.getValue(), entry.getKey()));
  }

  /** Commands that Redis did, those within scripts too. */
  private static Map<String, Long> calls(RedisServer redis) {
    Map<String, Long> calls = new HashMap<>();
    Matcher found = CALLS.matcher(String.valueOf(redis.ask("INFO", "commandstats")));
    while (found.find()) {
      calls.put(found.group(1), Long.parseLong(found.group(2)));
    }
    return calls;
  }

  /** Seconds of processor time that a process has used. */
  private static double processor(long pid) throws IOException {
    String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    return (Long.parseLong(fields[USER_TIME]) + Long.parseLong(fields[SYSTEM_TIME]))
        / TICKS_PER_SECOND;
  }
}
