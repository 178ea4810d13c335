package penstock.tenant;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import penstock.load.KeepAliveConnection;

/**
 * What one tenant notices of another that is far over its limit, beside one that has none. What
 * limits cost is told by {@code penstock.security.CallerBenchmark}.
 *
 * <pre>
 * java -cp target/test-classes:target/classes penstock.tenant.TenantBenchmark HOST PORT QUIET CAPPED FREE NOISY_RATE SECONDS ROUNDS
 * </pre>
 *
 * The keys are of three tenants: one that is measured, one with a limit, one without. All post to
 * {@code orders}.
 */
public final class TenantBenchmark {

  private static final int QUIET_CONNECTIONS = 4;
  private static final int QUIET_RATE = 200;
  private static final int NOISY_CONNECTIONS = 16;

  private static final AtomicLong NUMBERS = new AtomicLong(System.nanoTime());

  private final String host;
  private final int port;

  private TenantBenchmark(String host, int port) {
    this.host = host;
    this.port = port;
  }

  public static void main(String[] args) throws Exception {
    var one = new TenantBenchmark(args[0], Integer.parseInt(args[1]));
    String quiet = args[2];
    String capped = args[3];
    String free = args[4];
    int rate = Integer.parseInt(args[5]);
    int seconds = Integer.parseInt(args[6]);
    int rounds = Integer.parseInt(args[7]);
    for (int i = 0; i < rounds; i++) {
      one.beside("alone", quiet, null, 0, seconds);
      one.beside("beside one at 10 x its limit", quiet, capped, rate, seconds);
      one.beside("beside one without a limit", quiet, free, rate, seconds);
    }
  }

  private void beside(String what, String quiet, @Nullable String noisy, int rate, int seconds)
      throws Exception {
    long end = System.nanoTime() + seconds * 1_000_000_000L;
    var taken = new AtomicInteger();
    var refused = new AtomicInteger();
    List<Thread> threads = new ArrayList<>();
    if (noisy != null) {
      for (int i = 0; i < NOISY_CONNECTIONS; i++) {
        threads.add(
            Thread.ofPlatform()
                .start(
                    () ->
                        paced(
                            noisy,
                            (double) rate / NOISY_CONNECTIONS,
                            end,
                            (status, nanos) ->
                                (status == 429 ? refused : taken).incrementAndGet())));
      }
    }
    long[] latencies = new long[QUIET_RATE * seconds * 2];
    var count = new AtomicInteger();
    for (int i = 0; i < QUIET_CONNECTIONS; i++) {
      threads.add(
          Thread.ofPlatform()
              .start(
                  () ->
                      paced(
                          quiet,
                          (double) QUIET_RATE / QUIET_CONNECTIONS,
                          end,
                          (status, nanos) -> latencies[count.getAndIncrement()] = nanos)));
    }
    for (Thread one : threads) {
      one.join();
    }
    long[] sorted = Arrays.copyOf(latencies, count.get());
    Arrays.sort(sorted);
    System.out.printf(
        Locale.ROOT,
        "%s: %d POSTs, p50 %.2f ms, p99 %.2f ms; the other: %,d/s taken, %,d/s refused%n",
        what,
        sorted.length,
        sorted[sorted.length / 2] / 1e6,
        sorted[sorted.length * 99 / 100] / 1e6,
        taken.get() / seconds,
        refused.get() / seconds);
  }

  private interface Seen {
    void post(int status, long nanos);
  }

  /** Latencies are from when a POST was due, so that one that is late counts what it made wait. */
  private void paced(String key, double rate, long end, Seen seen) {
    long step = (long) (1e9 / rate);
    long due = System.nanoTime() + (long) (Math.random() * step);
    try (var client = new KeepAliveConnection(host, port)) {
      while (due < end) {
        long wait = due - System.nanoTime();
        if (wait > 0) {
          LockSupport.parkNanos(wait);
          continue;
        }
        seen.post(post(client, key), System.nanoTime() - due);
        due += step;
      }
    } catch (IOException broken) {
      throw new IllegalStateException(broken);
    }
  }

  private int post(KeepAliveConnection client, String key) throws IOException {
    String body =
        "{\"specversion\":\"1.0\",\"id\":\"%d\",\"source\":\"/b\",\"type\":\"t\",\"data\":{\"text\":\"%s\"}}"
            .formatted(NUMBERS.incrementAndGet(), "x".repeat(90));
    String headers =
        "Authorization: Bearer " + key + "\r\nContent-Type: application/cloudevents+json\r\n";
    return client
        .send("POST", "/streams/orders/events", headers, body.getBytes(StandardCharsets.US_ASCII))
        .status();
  }
}
