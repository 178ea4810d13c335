package penstock.cluster;

import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import penstock.redis.RedisCluster;
import penstock.redis.RedisServer;

/**
 * How long nothing can be appended when a master is killed that three sentinels watch, or one of
 * three of a cluster: as a whole, until another is the master, and from then on. In a cluster also
 * how long nothing can be appended to what another master has. Run it from the project's root as
 * {@link ViewBenchmark}:
 *
 * <pre>
 * java -cp ... penstock.cluster.FailoverBenchmark [sentinel|cluster] [FAILOVERS]
 * </pre>
 */
public final class FailoverBenchmark {

  /** After which a server that does not answer counts as down, for both. */
  private static final Duration DOWN_AFTER = Duration.ofSeconds(1);

  private static final long POLL_NANOS = 2_000_000;

  /** Between what befalls the servers, so that all is at rest. */
  private static final Duration CALM = Duration.ofMillis(1_000);

  private static final int STREAMS = 8;

  private FailoverBenchmark() {}

  /** Servers of which one has a log. */
  private sealed interface Servers extends AutoCloseable {

    Map<String, String> config();

    RedisServer masterOf(String log);

    /** Those of which one takes over. */
    List<RedisServer> heirs(RedisServer master);

    /** Starts it again, and returns when it and all others follow the new one. */
    void mend(RedisServer former, RedisServer next);

    @Override
    void close();
  }

  private record Watched(RedisGroup group) implements Servers {

    @Override
    public Map<String, String> config() {
      return group.config();
    }

    @Override
    public RedisServer masterOf(String log) {
      return group.master();
    }

    @Override
    public List<RedisServer> heirs(RedisServer master) {
      return group.servers().stream().filter(one -> one != master).toList();
    }

    @Override
    public void mend(RedisServer former, RedisServer next) {
      former.startAgain();
      // Sentinels would do the same some seconds later.
      former.ask("REPLICAOF", "127.0.0.1", next.port());
      group.awaitReplicas(group.awaitSettled());
    }

    @Override
    public void close() {
      group.close();
    }
  }

  private record Clustered(RedisCluster cluster) implements Servers {

    @Override
    public Map<String, String> config() {
      return Map.of("quarkus.redis.client-type", "cluster", "quarkus.redis.hosts", cluster.hosts());
    }

    @Override
    public RedisServer masterOf(String log) {
      return cluster.masterOf(log);
    }

    @Override
    public List<RedisServer> heirs(RedisServer master) {
      return cluster.replicasOf(master);
    }

    @Override
    public void mend(RedisServer former, RedisServer next) {
      former.startAgain();
      cluster.awaitSound();
    }

    @Override
    public void close() {
      cluster.close();
    }
  }

  public static void main(String[] args) throws Exception {
    boolean cluster = args.length > 0 && args[0].equals("cluster");
    int failovers = args.length > 1 ? Integer.parseInt(args[1]) : 20;
    Path log = Files.createDirectories(Path.of("target", "cluster")).resolve("benchmark.log");
    String[] guarded = {"--min-replicas-to-write", "1", "--min-replicas-max-lag", "2"};
    try (Servers servers =
        cluster
            ? new Clustered(RedisCluster.start(3, 1))
            : new Watched(new RedisGroup(true, DOWN_AFTER, guarded))) {
      Map<String, String> config = new LinkedHashMap<>(servers.config());
      for (int i = 0; i < STREAMS; i++) {
        config.put("penstock.streams.s" + i + ".partitions", "1");
      }
      try (ServiceProcess service =
          new ServiceProcess(ServiceProcess.PACKAGED, config, log, List.of("-Xmx512m"))) {
        service.start();
        service.awaitReady();
        run(servers, service, failovers);
      }
    }
  }

  private static void run(Servers servers, ServiceProcess service, int failovers)
      throws InterruptedException {
    List<Long> gaps = new ArrayList<>();
    List<Long> elections = new ArrayList<>();
    List<Long> own = new ArrayList<>();
    List<Long> elsewhere = new ArrayList<>();
    try (SteadyAppends struck = new SteadyAppends(service, "s0");
        SteadyAppends spared = new SteadyAppends(service, other(servers))) {
      for (int i = 0; i < failovers; i++) {
        RedisServer former = servers.masterOf(log("s0"));
        List<RedisServer> heirs = servers.heirs(former);
        Thread.sleep(CALM);
        long begin = System.nanoTime() - CALM.toNanos() / 2;
        former.kill();
        long killed = System.nanoTime();
        RedisServer next = awaitPromotion(heirs);
        long promoted = System.nanoTime();
        long first = struck.awaitOneAfter(promoted);
        gaps.add(struck.longestGap(begin));
        elections.add(promoted - killed);
        own.add(first - promoted);
        servers.mend(former, next);
        elsewhere.add(spared.longestGap(begin));
        System.out.printf(
            "failover %d: %d ms without appends, %d ms until another was the master, %d ms from"
                + " then on, %d ms elsewhere%n",
            i,
            millis(gaps.getLast()),
            millis(elections.getLast()),
            millis(own.getLast()),
            millis(elsewhere.getLast()));
      }
    }
    print("without appends", gaps);
    print("until another was the master", elections);
    print("from then on", own);
    print("without appends to another log, the former master's return included", elsewhere);
  }

  private static String log(String stream) {
    return "ps:{" + stream + "/0}:events";
  }

  /** A stream that another master has, if one has some. */
  private static String other(Servers servers) {
    RedisServer master = servers.masterOf(log("s0"));
    for (int i = 1; i < STREAMS; i++) {
      if (servers.masterOf(log("s" + i)) != master) {
        return "s" + i;
      }
    }
    return "s1";
  }

  private static RedisServer awaitPromotion(List<RedisServer> heirs) {
    while (true) {
      for (RedisServer one : heirs) {
        if (isMaster(one)) {
          return one;
        }
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
  }

  private static boolean isMaster(RedisServer one) {
    try {
      return ((List<?>) one.ask("ROLE")).getFirst().equals("master");
    } catch (UncheckedIOException ended) {
      // As sentinels have all connections end, when they promote it.
      return false;
    }
  }

  private static long millis(long nanos) {
    return nanos / 1_000_000;
  }

  private static void print(String what, List<Long> nanos) {
    List<Long> sorted = nanos.stream().sorted().toList();
    System.out.printf(
        "%s: p50 %d ms, max %d ms, of %d%n",
        what, millis(sorted.get(sorted.size() / 2)), millis(sorted.getLast()), sorted.size());
  }
}
