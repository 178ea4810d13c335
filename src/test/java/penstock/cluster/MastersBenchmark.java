package penstock.cluster;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import penstock.Patience;
import penstock.redis.RedisCluster;
import penstock.redis.RedisServer;

/**
 * Appending, building a view and fan-out by one packaged instance, on one server, on a cluster of
 * one master and on one of three, in turn: how much a second, and what an event takes of the
 * instance and of each node. Servers are without persistence. Run it from the project's root as
 * {@link ViewBenchmark}:
 *
 * <pre>
 * java -cp ... penstock.cluster.MastersBenchmark [SECONDS] [READERS]
 * </pre>
 */
public final class MastersBenchmark {

  private static final int PARTITIONS = 12;

  /** Until a JVM on two busy cores has compiled what is measured. */
  private static final Duration WARMING = Duration.ofSeconds(20);

  private static final String[] OPTIONS = {"--appendonly", "no", "--save", ""};

  private final List<RedisServer> servers;
  private final Function<String, RedisServer> masters;
  private final ServiceProcess service;
  private final String what;
  private final int seconds;

  private MastersBenchmark(
      String what,
      List<RedisServer> servers,
      Function<String, RedisServer> masters,
      ServiceProcess service,
      int seconds) {
    this.what = what;
    this.servers = List.copyOf(servers);
    this.masters = masters;
    this.service = service;
    this.seconds = seconds;
  }

  public static void main(String[] args) throws Exception {
    int seconds = args.length > 0 ? Integer.parseInt(args[0]) : 4;
    int readers = args.length > 1 ? Integer.parseInt(args[1]) : 500;
    System.out.println(
        "| servers | what | a second | instance, us each | Redis, us each, by node | scripts each,"
            + " by node | calls each, those in scripts too, by node |");
    System.out.println("|---|---|---|---|---|---|---|");
    try (RedisServer one = RedisServer.start(OPTIONS)) {
      Map<String, String> config = Map.of("quarkus.redis.hosts", one.uri());
      run("one server", List.of(one), key -> one, config, seconds, readers);
    }
    for (int count : new int[] {1, 3}) {
      try (RedisCluster cluster = RedisCluster.start(count, 0, OPTIONS)) {
        Map<String, String> config =
            Map.of("quarkus.redis.client-type", "cluster", "quarkus.redis.hosts", cluster.hosts());
        String what = count == 1 ? "a cluster of one master" : "a cluster of three masters";
        run(what, cluster.servers(), cluster::masterOf, config, seconds, readers);
      }
    }
  }

  private static void run(
      String what,
      List<RedisServer> servers,
      Function<String, RedisServer> masters,
      Map<String, String> further,
      int seconds,
      int readers)
      throws Exception {
    Path log = Files.createDirectories(Path.of("target", "cluster")).resolve("benchmark.log");
    Map<String, String> config = new LinkedHashMap<>(further);
    for (String stream : List.of("single", "batches", "viewed", "followed")) {
      config.put("penstock.streams." + stream + ".partitions", "" + PARTITIONS);
    }
    config.put("penstock.views.state.stream", "viewed");
    config.put("penstock.views.state.fold", "merge");
    try (ServiceProcess service =
        new ServiceProcess(ServiceProcess.PACKAGED, config, log, List.of("-Xmx1g"))) {
      service.start();
      service.awaitReady();
      var benchmark = new MastersBenchmark(what, servers, masters, service, seconds);
      benchmark.warm();
      benchmark.append("a POST of one event", "single", 1, 64);
      benchmark.append("appended in batches of 100", "batches", 100, 16);
      benchmark.build();
      benchmark.fanOut(readers);
    }
  }

  /** Compiles what is measured. */
  private void warm() throws Exception {
    try (PostLoad load = new PostLoad(service.port(), "batches", 100, 16);
        PostLoad other = new PostLoad(service.port(), "single", 1, 32)) {
      load.begun();
      other.begun();
      Thread.sleep(WARMING);
    }
  }

  private void append(String each, String stream, int batch, int connections) throws Exception {
    try (PostLoad load = new PostLoad(service.port(), stream, batch, connections)) {
      load.begun();
      long before = length(stream);
      var usage = new ResourceUsage(servers, service);
      Thread.sleep(Duration.ofSeconds(seconds));
      ResourceUsage.Used used = usage.used();
      print(each, length(stream) - before, used);
    }
  }

  private void build() throws Exception {
    try (PostLoad load = new PostLoad(service.port(), "viewed", 100, 16)) {
      load.begun();
      Thread.sleep(Duration.ofSeconds(seconds));
    }
    awaitApplied("");
    for (int i = 0; i < 2; i++) {
      String before = Cluster.get(view()).getString("generation");
      var usage = new ResourceUsage(servers, service);
      Cluster.post(view().resolve("/views/state/rebuild"));
      awaitApplied(before);
      if (i > 0) {
        print("applied to a view", length("viewed"), usage.used());
      }
    }
  }

  private URI view() {
    return service.uri().resolve("/views/state");
  }

  private void awaitApplied(String before) {
    Patience.await()
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(10))
        .until(
            () -> {
              JsonObject view = Cluster.get(view());
              return !view.getString("generation").equals(before)
                  && view.getJsonArray("partitions").stream()
                      .allMatch(partition -> ((JsonObject) partition).getLong("lag") == 0);
            });
  }

  private void fanOut(int readers) throws Exception {
    List<Socket> sockets = new ArrayList<>();
    try {
      for (int i = 0; i < readers; i++) {
        sockets.add(read("/streams/followed/feed"));
      }
      try (PostLoad load = new PostLoad(service.port(), "followed", 10, 4)) {
        load.begun();
        long before = delivered();
        var usage = new ResourceUsage(servers, service);
        Thread.sleep(Duration.ofSeconds(seconds));
        ResourceUsage.Used used = usage.used();
        print("delivered to one of " + readers + " readers", delivered() - before, used);
      }
    } finally {
      for (Socket socket : sockets) {
        socket.close();
      }
    }
  }

  /** A reader that takes all and looks at nothing. */
  private Socket read(String path) throws IOException {
    Socket socket = new Socket("127.0.0.1", service.port());
    socket
        .getOutputStream()
        .write(
            ("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));
    Thread.ofVirtual()
        .start(
            () -> {
              byte[] buffer = new byte[1 << 16];
              try (InputStream in = socket.getInputStream()) {
                while (in.read(buffer) >= 0) {
                  // It is thrown away.
                }
              } catch (IOException closed) {
                // The benchmark is over.
              }
            });
    return socket;
  }

  private long delivered() throws IOException {
    return Math.round(Metrics.sum(service, "penstock_feed_delivered_total"));
  }

  private long length(String stream) {
    return IntStream.range(0, PARTITIONS)
        .mapToObj(i -> "ps:{" + stream + "/" + i + "}:events")
        .mapToLong(key -> (Long) masters.apply(key).ask("XLEN", key))
        .sum();
  }

  private void print(String each, long count, ResourceUsage.Used used) {
    System.out.printf(
        Locale.ROOT,
        "| %s | %s | %,.0f | %.2f | %s | %s | %s |%n",
        what,
        each,
        count / used.seconds(),
        1e6 * used.service() / count,
        byNode(i -> 1e6 * used.servers().get(i) / count),
        byNode(i -> (double) used.calls().get(i).getOrDefault("evalsha", 0L) / count),
        byNode(i -> (double) used.allCalls(i) / count));
  }

  private String byNode(Function<Integer, Double> figure) {
    return IntStream.range(0, servers.size())
        .mapToObj(i -> String.format(Locale.ROOT, "%.3f", figure.apply(i)))
        .collect(Collectors.joining(", "));
  }
}
