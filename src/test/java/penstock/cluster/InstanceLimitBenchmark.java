package penstock.cluster;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import penstock.Tool;
import penstock.redis.RedisServer;
import penstock.redis.embedded.ServerProcess;

/**
 * Where an instance stops scaling: it has one processor, and the load and Redis have the other;
 * first with a real Redis, then with {@link AnsweringRedis} in its place. Tells how much is
 * appended a second, of which the instance says that it is, and what each takes of its processor.
 * Needs two processors. Run it from the project's root as {@link ViewBenchmark}:
 *
 * <pre>
 * java -cp ... penstock.cluster.InstanceLimitBenchmark [SECONDS]
 * </pre>
 */
public final class InstanceLimitBenchmark {

  private static final int PARTITIONS = 12;
  private static final int BATCH = 100;
  private static final int CONNECTIONS = 16;

  /** Until a JVM on two busy cores has compiled what is measured. */
  private static final Duration WARMING = Duration.ofSeconds(15);

  private static final List<String> OTHER = List.of("taskset", "-c", "1");

  private InstanceLimitBenchmark() {}

  public static void main(String[] args) throws Exception {
    int seconds = args.length > 0 ? Integer.parseInt(args[0]) : 6;
    System.out.println(
        "| Redis | events/s | instance, us an event | instance, % of its core | Redis, % of"
            + " a core |");
    System.out.println("|---|---|---|---|---|");
    try (RedisServer redis = RedisServer.start("--appendonly", "no")) {
      pin("1", redis.pid());
      run("a real one", redis, redis.port(), redis.pid(), seconds);
      int port = ServerProcess.freePort();
      Path log = Files.createDirectories(Path.of("target", "cluster")).resolve("answering.log");
      var answering = new SupervisedProcess("what answers", log);
      answering.start(
          List.of(
              "taskset",
              "-c",
              "1",
              Path.of(System.getProperty("java.home"), "bin", "java").toString(),
              "-XX:+UseSerialGC",
              "-cp",
              withoutProduct(System.getProperty("java.class.path")),
              AnsweringRedis.class.getName(),
              "" + redis.port(),
              "" + port));
      try {
        run("answers at once", redis, port, answering.pid(), seconds);
      } finally {
        answering.kill();
      }
    }
  }

  /** With it, servers of Vert.x would end connections over which no HTTP comes in time. */
  private static String withoutProduct(String classPath) {
    return Arrays.stream(classPath.split(File.pathSeparator))
        .filter(one -> !one.endsWith("target/classes"))
        .collect(Collectors.joining(File.pathSeparator));
  }

  private static void run(String what, RedisServer redis, int port, long answering, int seconds)
      throws Exception {
    redis.flush();
    Map<String, String> config = new LinkedHashMap<>();
    config.put("quarkus.redis.hosts", "redis://127.0.0.1:" + port);
    config.put("penstock.streams.s.partitions", "" + PARTITIONS);
    Path log = Files.createDirectories(Path.of("target", "cluster")).resolve("benchmark.log");
    try (ServiceProcess service =
        new ServiceProcess(ServiceProcess.PACKAGED, config, log, List.of("-Xmx1g"))) {
      service.start();
      service.awaitReady();
      try (PostLoad load = new PostLoad(service.port(), "s", BATCH, CONNECTIONS)) {
        load.begun();
        Thread.sleep(WARMING);
      }
      pin("0", service.pid());
      pin("1", ProcessHandle.current().pid());
      try (PostLoad load = new PostLoad(OTHER, service.port(), "s", BATCH, CONNECTIONS)) {
        load.begun();
        long before = appended(service);
        double processor = ResourceUsage.processor(service.pid());
        double redisBefore = ResourceUsage.processor(answering);
        long start = System.nanoTime();
        Thread.sleep(Duration.ofSeconds(seconds));
        double passed = (System.nanoTime() - start) / 1e9;
        double used = ResourceUsage.processor(service.pid()) - processor;
        double redisUsed = ResourceUsage.processor(answering) - redisBefore;
        long events = appended(service) - before;
        System.out.printf(
            Locale.ROOT,
            "| %s | %,.0f | %.2f | %.0f | %.0f |%n",
            what,
            events / passed,
            1e6 * used / events,
            100 * used / passed,
            100 * redisUsed / passed);
      }
    }
  }

  /** Events that it has acknowledged. */
  private static long appended(ServiceProcess service) throws IOException {
    return Math.round(Metrics.sum(service, "penstock_ingest_appended_total"));
  }

  private static void pin(String processor, long pid) {
    Tool.run("taskset", "-acp", processor, Long.toString(pid));
  }
}
