package penstock.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static penstock.Patience.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import penstock.redis.RedisServer;

/**
 * Two instances behind a balancer that learns of an end three seconds late are restarted in turn,
 * with what production has by default. No request fails, and readers of a feed miss nothing.
 */
class RollingRestartIT {

  private static final Duration LATE = Duration.ofSeconds(3);
  private static final String STREAM = "/streams/orders";
  private static final String FEED = STREAM + "/feed?subject=seldom&cursor=earliest";
  private static final int CLIENTS = 6;
  private static final int READERS = 10;

  /** One event in so many is for the readers. */
  private static final int SELDOM = 20;

  @TempDir Path directory;

  private final AtomicInteger events = new AtomicInteger();
  private final List<SteadyClient> clients = new ArrayList<>();

  private String event() {
    int n = events.incrementAndGet();
    return "{\"specversion\":\"1.0\",\"id\":\"e"
        + n
        + "\",\"source\":\"/test\",\"type\":\"t\",\"subject\":\""
        + (n % SELDOM == 0 ? "seldom" : "often")
        + "\"}";
  }

  @Test
  void failsNoRequestAndDoesWithoutTheDelay() {
    try (var redis = RedisServer.start();
        var one = instance(redis, "one");
        var other = instance(redis, "other");
        var balancer = new LateBalancer(LATE)) {
      for (ServiceProcess instance : List.of(one, other)) {
        instance.start();
      }
      for (ServiceProcess instance : List.of(one, other)) {
        instance.awaitReady();
        balancer.ready(instance.port());
      }
      List<ResumingReader> readers = new ArrayList<>();
      try {
        for (int i = 0; i < READERS; i++) {
          readers.add(new ResumingReader(balancer.port(), FEED));
        }
        for (int i = 0; i < CLIENTS; i++) {
          clients.add(
              new SteadyClient(balancer.port(), STREAM + "/events", i % 2 == 0, this::event));
        }
        await().until(() -> clients.stream().allMatch(client -> client.answered() > 50));
        restart(balancer, one);
        // What it has from now on is for the last part.
        other.redeploy(
            ServiceProcess.PACKAGED,
            config -> {
              config.put("quarkus.shutdown.delay", "0s");
              config.put("penstock.feed.drain-time", "0s");
            });
        restart(balancer, other);
        assertThat(failures()).isEmpty();
        assertThat(clients).allMatch(client -> client.answered() > 300);

        readers.forEach(reader -> await().until(() -> reader.seen.size() > 20));
        assertThat(readers).allMatch(reader -> reader.failures.isEmpty());

        balancer.leaves(other.port());
        other.stop();
        await().until(balancer::knowsOfOne);
        assertThat(failures()).isNotEmpty();
      } finally {
        clients.forEach(SteadyClient::close);
      }
      int answered = clients.stream().mapToInt(SteadyClient::answered).sum();
      System.out.printf(
          "%d posts answered in two restarts and an end without a delay, in which %d failed%n",
          answered, failures().size());
      assertThat((Long) redis.ask("XLEN", Cluster.events(0)))
          .isBetween((long) answered, events.longValue());
      List<String> wanted = seldom(redis);
      readers.forEach(reader -> await().until(() -> reader.seen.size() >= wanted.size()));
      readers.forEach(ResumingReader::close);
      for (ResumingReader reader : readers) {
        assertThat(reader.seen).isEqualTo(wanted);
        assertThat(reader.connects).isGreaterThan(1);
      }
    }
  }

  private ServiceProcess instance(RedisServer redis, String name) {
    return new ServiceProcess(
        ServiceProcess.PACKAGED,
        Map.of(
            "quarkus.redis.hosts", redis.uri(),
            "penstock.instance", name,
            "penstock.streams.orders.partitions", "1",
            "penstock.feed.retry", "200ms",
            "penstock.feed.heartbeat", "1s"),
        directory.resolve(name + ".log"));
  }

  /** The end is told to the balancer and to the instance at the same time, as Kubernetes does. */
  private static void restart(LateBalancer balancer, ServiceProcess instance) {
    balancer.leaves(instance.port());
    instance.stop();
    instance.start();
    instance.awaitReady();
    balancer.ready(instance.port());
  }

  private List<String> failures() {
    return clients.stream().flatMap(client -> client.failures().stream()).toList();
  }

  /** The ids of the events for readers, as the log has them. */
  private static List<String> seldom(RedisServer redis) {
    List<String> ids = new ArrayList<>();
    for (Object entry : (List<?>) redis.ask("XRANGE", Cluster.events(0), "-", "+")) {
      List<?> fields = (List<?>) ((List<?>) entry).get(1);
      if (fields.contains("seldom")) {
        ids.add((String) fields.get(fields.indexOf("id") + 1));
      }
    }
    return ids;
  }
}
