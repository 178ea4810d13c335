package penstock.security;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import penstock.load.ClosedLoop;

/**
 * POSTs a second by one caller beside another: what a token, or a limit, costs. In turn, the order
 * changes each time; 32 connections, one event a request.
 *
 * <pre>
 * java -cp target/test-classes:target/classes penstock.security.CallerBenchmark HOST PORT TOKEN_FILE PORT TOKEN_FILE POSTS ROUNDS
 * </pre>
 *
 * The first is the one that the other is held against; {@code -} is no token.
 */
final class CallerBenchmark {

  private static final int CONNECTIONS = 32;
  private static final int WARM_UPS = 4;
  private static final AtomicLong NUMBERS = new AtomicLong(System.nanoTime());

  private final ClosedLoop clients;
  private final String headers;

  private CallerBenchmark(String host, String port, String tokenFile) throws Exception {
    clients = new ClosedLoop(host, Integer.parseInt(port), CONNECTIONS);
    headers =
        "Content-Type: application/cloudevents+json\r\n"
            + (tokenFile.equals("-")
                ? ""
                : "Authorization: Bearer " + Files.readString(Path.of(tokenFile)).strip() + "\r\n");
  }

  private double posts(int count) throws Exception {
    return clients.run(
        count,
        (connection, number) -> {
          String body =
              "{\"specversion\":\"1.0\",\"id\":\"%d\",\"source\":\"/b\",\"type\":\"t\",\"data\":{\"text\":\"%s\"}}"
                  .formatted(NUMBERS.incrementAndGet(), "x".repeat(90));
          connection
              .send(
                  "POST",
                  "/streams/orders/events",
                  headers,
                  body.getBytes(StandardCharsets.US_ASCII))
              .expect(201);
        });
  }

  public static void main(String[] args) throws Exception {
    var first = new CallerBenchmark(args[0], args[1], args[2]);
    var other = new CallerBenchmark(args[0], args[3], args[4]);
    int count = Integer.parseInt(args[5]);
    for (int i = 0; i < WARM_UPS; i++) {
      first.posts(count);
      other.posts(count);
    }
    List<Double> ratios = new ArrayList<>();
    for (int i = 0; i < Integer.parseInt(args[6]); i++) {
      double otherFirst = i % 2 == 0 ? 0 : other.posts(count);
      double one = first.posts(count);
      double two = i % 2 == 0 ? other.posts(count) : otherFirst;
      ratios.add(two / one);
      System.out.printf(Locale.ROOT, "%,.0f/s and %,.0f/s: %.3f%n", one, two, two / one);
    }
    ratios.sort(null);
    System.out.printf(
        Locale.ROOT,
        "median %.3f (%.3f to %.3f)%n",
        ratios.get(ratios.size() / 2),
        ratios.getFirst(),
        ratios.getLast());
  }
}
