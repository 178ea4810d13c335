package penstock.cluster;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/**
 * What readers cost the master and a replica, with {@code penstock.redis.read-from} as {@code
 * master} and as {@code replica}: clients that read pages of older events and of a view, at a fixed
 * rate, while events are appended at a fixed rate; and without any clients. Run it from the
 * project's root as {@link ViewBenchmark}:
 *
 * <pre>
 * java -cp ... penstock.cluster.ReplicaReadBenchmark [PAGES_A_SECOND] [SECONDS]
 * </pre>
 */
public final class ReplicaReadBenchmark {

  private static final int EVENTS = 20_000;
  private static final int BATCH = 500;
  private static final int CLIENTS = 8;

  private ReplicaReadBenchmark() {}

  public static void main(String[] args) throws Exception {
    int rate = args.length > 0 ? Integer.parseInt(args[0]) : 400;
    int seconds = args.length > 1 ? Integer.parseInt(args[1]) : 10;
    System.out.println(
        "| read from | pages/s | master, % of a core | replica, % of a core | master, commands/s |"
            + " replica, commands/s | instance, % of a core |");
    System.out.println("|---|---|---|---|---|---|---|");
    for (String from : List.of("master", "replica")) {
      try (RedisGroup group = new RedisGroup(false)) {
        Map<String, String> config = new LinkedHashMap<>(group.config());
        config.put("penstock.redis.read-from", from);
        config.put("penstock.streams.s.partitions", "1");
        config.put("penstock.views.v.stream", "s");
        config.put("penstock.views.v.fold", "merge");
        // Pages come of Redis, each of them.
        config.put("penstock.feed.replay-kept", "0");
        Path log = Files.createDirectories(Path.of("target", "cluster")).resolve("benchmark.log");
        try (ServiceProcess service =
            new ServiceProcess(ServiceProcess.PACKAGED, config, log, List.of("-Xmx1g"))) {
          service.start();
          service.awaitReady();
          run(from, group, service, rate, seconds);
        }
      }
    }
  }

  private static void run(
      String from, RedisGroup group, ServiceProcess service, int rate, int seconds)
      throws Exception {
    ViewBenchmark.append(service.uri(), "s", EVENTS, BATCH);
    try (SteadyAppends appends = new SteadyAppends(service, "s")) {
      appends.awaitOneAfter(System.nanoTime());
      for (int each : new int[] {0, rate}) {
        LongAdder pages = new LongAdder();
        List<Thread> clients = new ArrayList<>();
        for (int i = 0; i < CLIENTS && each > 0; i++) {
          int client = i;
          clients.add(
              Thread.ofPlatform()
                  .start(() -> read(service.uri(), client, 1e9 * CLIENTS / each, pages)));
        }
        Thread.sleep(Duration.ofSeconds(3));
        long before = pages.sum();
        var usage = new ResourceUsage(group.servers(), service);
        Thread.sleep(Duration.ofSeconds(seconds));
        ResourceUsage.Used used = usage.used();
        int reader = busier(used);
        System.out.printf(
            Locale.ROOT,
            "| %s | %,.0f | %.1f | %.1f | %,.0f | %,.0f | %.0f |%n",
            from,
            (pages.sum() - before) / used.seconds(),
            100 * used.servers().getFirst() / used.seconds(),
            100 * used.servers().get(reader) / used.seconds(),
            used.allCalls(0) / used.seconds(),
            used.allCalls(reader) / used.seconds(),
            100 * used.service() / used.seconds());
        clients.forEach(Thread::interrupt);
        for (Thread client : clients) {
          client.join();
        }
      }
    }
  }

  /** Which of the replicas is read from. */
  private static int busier(ResourceUsage.Used used) {
    return used.servers().get(1) > used.servers().get(2) ? 1 : 2;
  }

  /** A page of a hundred events and one of a hundred entries, in turn, until interrupted. */
  private static void read(URI service, int client, double nanosEach, LongAdder pages) {
    long due = System.nanoTime();
    for (int i = 0; !Thread.currentThread().isInterrupted(); i++) {
      String what =
          i % 2 == 0
              ? "/streams/s/events?limit=100&cursor=earliest"
              : "/views/v/entries?limit=100&after=key-" + (client * 100 + i) % 1_000;
      try {
        var connection = (HttpURLConnection) service.resolve(what).toURL().openConnection();
        try (InputStream in = connection.getInputStream()) {
          in.readAllBytes();
        }
        pages.increment();
      } catch (IOException refused) {
        throw new UncheckedIOException(refused);
      }
      due += Math.round(nanosEach);
      LockSupport.parkNanos(Math.max(0, due - System.nanoTime()));
    }
  }
}
