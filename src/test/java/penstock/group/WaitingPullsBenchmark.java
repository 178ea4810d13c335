package penstock.group;

import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/**
 * How soon a pull that waits has its event: 1,000 pulls wait up to 20 s, each over a connection
 * that is kept, all of one group, and then in ten groups of 100; events are appended one by one,
 * 100 a second. The time is that from just before the request that appends until the pull's answer
 * is there. Who got an event acknowledges it and pulls again. Run it from the project's root after
 * {@code ./mvnw test-compile}:
 *
 * <pre>
 * java -cp target/classes:target/test-classes penstock.group.WaitingPullsBenchmark HOST PORT STREAM [PULLS] [EVENTS_A_SECOND] [SECONDS]
 * </pre>
 */
public final class WaitingPullsBenchmark {

  private static final String PULL = "{\"max\":1,\"wait\":\"20s\"}";
  private static final int SETTLE_SECONDS = 3;
  private static final int LAST_SECONDS = 10;

  private final String host;
  private final int port;
  private final String stream;
  private final int groups;
  private final long periodNanos;
  private final int events;
  private final String name = "waiting-" + System.currentTimeMillis();

  /** When the request with an event of this number was begun. */
  private final AtomicLongArray begun;

  private final AtomicIntegerArray deliveries;
  private final Semaphore delivered = new Semaphore(0);
  private final Queue<Long> nanos = new ConcurrentLinkedQueue<>();
  private final Map<String, LongAdder> errors = new ConcurrentSkipListMap<>();
  private final Queue<PlainConnection> open = new ConcurrentLinkedQueue<>();
  private volatile boolean over;

  private WaitingPullsBenchmark(String[] args, int groups, int rate, int seconds) {
    this.host = args[0];
    this.port = Integer.parseInt(args[1]);
    this.stream = "/streams/" + args[2];
    this.groups = groups;
    this.periodNanos = 1_000_000_000L / rate;
    this.events = rate * seconds;
    this.begun = new AtomicLongArray(events);
    this.deliveries = new AtomicIntegerArray(events);
  }

  public static void main(String[] args) throws Exception {
    int pulls = args.length > 3 ? Integer.parseInt(args[3]) : 1_000;
    int rate = args.length > 4 ? Integer.parseInt(args[4]) : 100;
    int seconds = args.length > 5 ? Integer.parseInt(args[5]) : 20;
    for (int groups : new int[] {1, 10}) {
      // The first one warms up.
      for (int i = 0; i < 2; i++) {
        new WaitingPullsBenchmark(args, groups, rate, seconds).run(pulls);
      }
    }
  }

  private String group(int which) {
    return stream + "/groups/" + name + "-" + which % groups;
  }

  private void run(int pulls) throws Exception {
    try (var connection = new PlainConnection(host, port)) {
      for (int i = 0; i < groups; i++) {
        connection.send("PUT", group(i), Jobs.JSON, "{\"start\":\"latest\"}").expect(201);
      }
      for (int i = 0; i < pulls; i++) {
        String group = group(i);
        Thread.ofVirtual().start(() -> consume(group));
      }
      Thread.sleep(SETTLE_SECONDS * 1_000L);
      append(connection);
      boolean all = delivered.tryAcquire(events * groups, LAST_SECONDS, TimeUnit.SECONDS);
      over = true;
      for (PlainConnection one : open) {
        one.close();
      }
      print(pulls, all);
      for (int i = 0; i < groups; i++) {
        connection.send("DELETE", group(i), Jobs.JSON, "").expect(204);
      }
    }
  }

  private void append(PlainConnection connection) throws IOException {
    long start = System.nanoTime();
    for (int i = 0; i < events; i++) {
      long at = start + i * periodNanos;
      for (long left = at - System.nanoTime(); left > 0; left = at - System.nanoTime()) {
        LockSupport.parkNanos(left);
      }
      String body = Jobs.batch("/" + name, i, 1);
      begun.set(i, System.nanoTime());
      connection.post(stream + "/events", Jobs.BATCH, body).expect(201);
    }
  }

  private void consume(String group) {
    while (!over) {
      try (var connection = new PlainConnection(host, port)) {
        open.add(connection);
        while (!over) {
          pull(connection, group);
        }
      } catch (IOException e) {
        error("connection: " + e.getMessage());
      }
    }
  }

  private void pull(PlainConnection connection, String group) throws IOException {
    PlainConnection.Answer pulled = connection.post(group + "/pull", Jobs.JSON, PULL);
    if (pulled.status() != 200) {
      if (pulled.status() != 204) {
        error("pull " + pulled.status());
      }
      return;
    }
    long now = System.nanoTime();
    for (int number : Jobs.numbers(pulled.body())) {
      deliveries.incrementAndGet(number);
      nanos.add(now - begun.get(number));
      delivered.release();
    }
    PlainConnection.Answer acked =
        connection.post(group + "/ack", Jobs.JSON, Jobs.ackOf(pulled.body()));
    if (acked.status() != 200 || Jobs.done(acked.body()) != 1) {
      error("ack " + acked.status());
    }
  }

  private void error(String what) {
    if (!over) {
      errors.computeIfAbsent(what, first -> new LongAdder()).increment();
    }
  }

  private void print(int pulls, boolean all) {
    long[] sorted = nanos.stream().mapToLong(Long::longValue).sorted().toArray();
    long wrong = 0;
    for (int i = 0; i < events; i++) {
      wrong += deliveries.get(i) == groups ? 0 : 1;
    }
    System.out.printf(
        Locale.ROOT,
        "%d pulls, %d groups: %d events, %d deliveries; p50 %.1f ms, p99 %.1f ms, max %.1f ms; not"
            + " once in each group: %d%s; errors: %s%n",
        pulls,
        groups,
        events,
        sorted.length,
        millis(sorted, 0.5),
        millis(sorted, 0.99),
        millis(sorted, 1),
        wrong,
        all ? "" : " (given up)",
        errors);
  }

  private static double millis(long[] sorted, double share) {
    return sorted.length == 0
        ? Double.NaN
        : sorted[Math.min(sorted.length - 1, (int) (sorted.length * share))] / 1e6;
  }
}
