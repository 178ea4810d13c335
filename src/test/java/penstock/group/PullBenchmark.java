package penstock.group;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * Jobs a second that consumers pull and acknowledge over HTTP: 1, 10 and 100 consumers, each with a
 * connection and one request at a time, in batches of 1 and of 100. For each, a new group begins at
 * the end of the stream, jobs are appended in batches of 100, and then the time is taken until all
 * are acknowledged: by a request of its own, and by the next pull. Ends with an error unless each
 * job was delivered once and its acknowledgement stood. Run it from the project's root after {@code
 * ./mvnw test-compile}:
 *
 * <pre>
 * java -cp target/classes:target/test-classes penstock.group.PullBenchmark HOST PORT STREAM [JOBS_IN_BATCHES_OF_1] [JOBS_IN_BATCHES_OF_100] [ROUNDS]
 * </pre>
 */
public final class PullBenchmark {

  private static final int APPEND_BATCH = 100;
  private static final int[] CONSUMERS = {1, 10, 100};

  private final String host;
  private final int port;
  private final String stream;
  private int groups;

  private PullBenchmark(String host, int port, String stream) {
    this.host = host;
    this.port = port;
    this.stream = "/streams/" + stream;
  }

  public static void main(String[] args) throws Exception {
    int alone = args.length > 3 ? Integer.parseInt(args[3]) : 20_000;
    int batched = args.length > 4 ? Integer.parseInt(args[4]) : 100_000;
    int rounds = args.length > 5 ? Integer.parseInt(args[5]) : 3;
    var benchmark = new PullBenchmark(args[0], Integer.parseInt(args[1]), args[2]);
    benchmark.run(10, 1, alone, false);
    benchmark.run(10, 100, batched, true);
    System.out.println(
        "| batches of | consumers | acknowledged by | jobs/s: median (least to most) |");
    System.out.println("|---|---|---|---|");
    for (int batch : new int[] {1, 100}) {
      for (int consumers : CONSUMERS) {
        for (boolean byNext : new boolean[] {false, true}) {
          double[] rates = new double[rounds];
          for (int i = 0; i < rounds; i++) {
            rates[i] = benchmark.run(consumers, batch, batch == 1 ? alone : batched, byNext);
          }
          Arrays.sort(rates);
          System.out.printf(
              Locale.ROOT,
              "| %d | %d | %s | %,.0f (%,.0f-%,.0f) |%n",
              batch,
              consumers,
              byNext ? "the next pull" : "itself",
              rates[rounds / 2],
              rates[0],
              rates[rounds - 1]);
        }
      }
    }
  }

  private double run(int consumers, int batch, int jobs, boolean byNext) throws Exception {
    String group = stream + "/groups/bench-" + System.currentTimeMillis() + "-" + groups++;
    var delivered = new AtomicIntegerArray(jobs);
    var acknowledged = new AtomicInteger();
    try (var connection = new PlainConnection(host, port);
        ExecutorService threads = Executors.newFixedThreadPool(consumers)) {
      connection
          .send("PUT", group, Jobs.JSON, "{\"start\":\"latest\",\"lease\":\"10m\"}")
          .expect(201);
      append(connection, group, jobs);
      Callable<Void> consumer = () -> consume(group, batch, byNext, delivered, acknowledged);
      List<Future<Void>> ends = new ArrayList<>();
      long start = System.nanoTime();
      for (int i = 0; i < consumers; i++) {
        ends.add(threads.submit(consumer));
      }
      for (Future<Void> end : ends) {
        end.get();
      }
      double seconds = (System.nanoTime() - start) / 1e9;
      check(delivered, acknowledged.get());
      connection.send("DELETE", group, Jobs.JSON, "").expect(204);
      return jobs / seconds;
    }
  }

  private void append(PlainConnection connection, String source, int jobs) throws IOException {
    for (int from = 0; from < jobs; from += APPEND_BATCH) {
      connection
          .post(
              stream + "/events",
              Jobs.BATCH,
              Jobs.batch(source, from, Math.min(APPEND_BATCH, jobs - from)))
          .expect(201);
    }
  }

  /** Until there are no more: all were appended before. */
  private Void consume(
      String group,
      int batch,
      boolean byNext,
      AtomicIntegerArray delivered,
      AtomicInteger acknowledged)
      throws IOException {
    String pull = "{\"max\":" + batch + "}";
    String next = pull;
    try (var connection = new PlainConnection(host, port)) {
      while (true) {
        PlainConnection.Answer pulled = connection.post(group + "/pull", Jobs.JSON, next);
        if (pulled.status() == 204) {
          return null;
        }
        String messages = pulled.expect(200);
        Jobs.numbers(messages).forEach(delivered::incrementAndGet);
        if (byNext) {
          acknowledged.addAndGet(Jobs.done(messages));
          int results = messages.indexOf("\"results\"");
          String brought = results < 0 ? messages : messages.substring(0, results);
          next =
              Jobs.numbers(brought).isEmpty()
                  ? pull
                  : Jobs.ackOf(brought).replace("{", "{\"max\":" + batch + ",");
          continue;
        }
        String acked = connection.post(group + "/ack", Jobs.JSON, Jobs.ackOf(messages)).expect(200);
        acknowledged.addAndGet(Jobs.done(acked));
      }
    }
  }

  private static void check(AtomicIntegerArray delivered, int acknowledged) {
    for (int i = 0; i < delivered.length(); i++) {
      if (delivered.get(i) != 1) {
        throw new IllegalStateException("job " + i + " was delivered " + delivered.get(i) + " x");
      }
    }
    if (acknowledged != delivered.length()) {
      throw new IllegalStateException(acknowledged + " acknowledgements stood");
    }
  }
}
