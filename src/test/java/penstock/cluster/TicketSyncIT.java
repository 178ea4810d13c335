package penstock.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static penstock.Patience.await;

import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import penstock.Patience;

/**
 * The example of a handler of one's own, {@code example.TicketSync}, while instances, Redis and the
 * access system at the gate are killed and suspended: tickets are cancelled, and their replacements
 * too, and in the end the last one of each is valid, and all before it are void.
 */
class TicketSyncIT {

  private static final Path HANDLER = Path.of("example", "TicketSync.java");
  private static final String SINK = "access-system";
  private static final int FAILING = 10;
  private static final int SEATS = 8;
  private static final Set<Fault> OF_REDIS =
      EnumSet.of(Fault.KILL_REDIS, Fault.CLIENT_KILL, Fault.SCRIPT_FLUSH);
  private static final Set<Fault> OF_PROCESSES =
      EnumSet.of(Fault.KILL_INSTANCE, Fault.FREEZE_INSTANCE);

  private static Map<String, String> config(SinkReceiver access) {
    String prefix = "penstock.sinks." + SINK + ".";
    return new TreeMap<>(
        Map.of(
            "penstock.instance",
            "{i}",
            "access-system.url",
            access.url(),
            prefix + "stream",
            Cluster.STREAM,
            prefix + "kind",
            "bean:ticket-sync",
            prefix + "types",
            "ticket.cancelled",
            prefix + "retry.first",
            "20ms",
            prefix + "retry.longest",
            "1s"));
  }

  @Test
  void theGateKnowsEachTicketInTheEndWhateverFails() throws Exception {
    Settings given = Settings.fromProperties();
    var settings =
        new Settings(given.seed(), given.duration(), 2, 2, 0, 0, 1_000, Duration.ofSeconds(2));
    System.out.printf("cluster: tickets: %s%n", settings);
    Chronicle chronicle = new Chronicle();
    Path application = ExtendedApplication.with(HANDLER);
    try (SinkReceiver access = new SinkReceiver(settings.seed(), FAILING);
        Cluster cluster = new Cluster(application, settings, config(access));
        Producers producers = new Producers(settings, cluster.uris(), Cluster.STREAM);
        Faults faults = new Faults(cluster, chronicle, List.of(access))) {
      faults.lane("processes", OF_PROCESSES, settings.seed() + 1);
      faults.lane("redis", OF_REDIS, settings.seed() + 2);
      faults.lane("receivers", Fault.OF_RECEIVERS, settings.seed() + 3);
      cancel(cluster, producers, settings);
      faults.stop();
      var state = new SinkState(cluster.redis(), settings.partitions());
      await().atMost(Patience.LIMIT.multipliedBy(2)).until(() -> state.isDone(SINK));
      List<String> violations = new ArrayList<>(producers.violations());
      violations.addAll(faults.failures());
      violations.addAll(wrong(state.events().values(), access.tickets()));
      assertThat(state.deadLetters(SINK)).isEmpty();
      System.out.printf(
          "cluster: tickets: seed %d: %d events acknowledged, faults: %s%n",
          settings.seed(), producers.acknowledged(), chronicle.counts());
      assertThat(violations)
          .as(() -> settings + "\n" + chronicle + "\n" + cluster.logs())
          .isEmpty();
    }
  }

  /** Each seat's ticket is replaced again and again. */
  private static void cancel(Cluster cluster, Producers producers, Settings settings)
      throws InterruptedException {
    var producer = new Producer(producers, settings, 0, cluster.uris(), Cluster.STREAM);
    var random = new Random(settings.seed());
    int[] cancelled = new int[SEATS];
    long end = System.nanoTime() + settings.duration().toNanos();
    for (int n = 0; end - System.nanoTime() > 0; n++) {
      int seat = random.nextInt(SEATS);
      String old = ticket(seat, cancelled[seat]++);
      var data = new JsonObject().put("replacement", ticket(seat, cancelled[seat]));
      producer.send(List.of(new Occurrence(0, n, old, "ticket.cancelled", data)));
      producers.stopping().await(10, TimeUnit.MILLISECONDS);
    }
  }

  private static String ticket(int seat, int number) {
    return "T-" + seat + "." + number;
  }

  /** What the log says of cancellations, of which one may have been given up by its producer. */
  private static List<String> wrong(Collection<Logged> cancellations, Map<String, String> tickets) {
    var expected = new TreeMap<String, String>();
    cancellations.forEach(
        event ->
            expected.put(Objects.requireNonNull(event.object()).getString("replacement"), "valid"));
    cancellations.forEach(event -> expected.put(event.key(), "void"));
    var wrong = new ArrayList<String>();
    expected.forEach(
        (ticket, state) -> {
          if (!state.equals(tickets.get(ticket))) {
            wrong.add(ticket + " is " + tickets.get(ticket) + ", not " + state);
          }
        });
    return wrong;
  }
}
