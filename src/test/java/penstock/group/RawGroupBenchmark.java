package penstock.group;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Queue;

/**
 * What Redis does with the jobs of {@link PullBenchmark} when it is given raw commands, pipelined
 * over one plain socket, no HTTP, no JSON: a consumer group (XREADGROUP, then XACK of what came),
 * and a queue made of lists, as RQueue and others have it (LMOVE to a list of what the consumer
 * works on, then LREM from there; a list moves one at a time, so that a batch is as many commands
 * at once). Each consumer has one batch under way. Run it from the project's root after {@code
 * ./mvnw test-compile}:
 *
 * <pre>
 * java -cp target/classes:target/test-classes penstock.group.RawGroupBenchmark HOST PORT [JOBS_IN_BATCHES_OF_1] [JOBS_IN_BATCHES_OF_100] [ROUNDS]
 * </pre>
 *
 * The keys that begin with {@code raw-jobs} of that Redis are written to.
 */
public final class RawGroupBenchmark {

  private static final String LOG = "raw-jobs";
  private static final String GROUP = "group.raw";
  private static final String LIST = "raw-jobs:list";
  private static final int WRITE_BATCH = 100;

  private final OutputStream out;
  private final DataInputStream in;

  private RawGroupBenchmark(Socket socket) throws IOException {
    socket.setTcpNoDelay(true);
    this.out = new BufferedOutputStream(socket.getOutputStream(), 1 << 16);
    this.in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), 1 << 16));
  }

  public static void main(String[] args) throws Exception {
    int alone = args.length > 2 ? Integer.parseInt(args[2]) : 100_000;
    int batched = args.length > 3 ? Integer.parseInt(args[3]) : 200_000;
    int rounds = args.length > 4 ? Integer.parseInt(args[4]) : 3;
    try (Socket socket = new Socket(args[0], Integer.parseInt(args[1]))) {
      var benchmark = new RawGroupBenchmark(socket);
      benchmark.group(10, 100, batched);
      benchmark.lists(10, 100, batched);
      System.out.println(
          "| batches of | consumers | group, jobs/s: median (least to most) | lists, jobs/s |");
      System.out.println("|---|---|---|---|");
      for (int batch : new int[] {1, 100}) {
        for (int consumers : new int[] {1, 10, 100}) {
          benchmark.measure(consumers, batch, batch == 1 ? alone : batched, rounds);
        }
      }
      benchmark.send("DEL", LOG, LIST);
      benchmark.reply();
    }
  }

  private void measure(int consumers, int batch, int jobs, int rounds) throws IOException {
    double[] group = new double[rounds];
    double[] lists = new double[rounds];
    for (int i = 0; i < rounds; i++) {
      group[i] = group(consumers, batch, jobs);
      lists[i] = lists(consumers, batch, jobs);
    }
    System.out.printf("| %d | %d | %s | %s |%n", batch, consumers, text(group), text(lists));
  }

  private static String text(double[] rates) {
    Arrays.sort(rates);
    return String.format(
        Locale.ROOT,
        "%,.0f (%,.0f-%,.0f)",
        rates[rates.length / 2],
        rates[0],
        rates[rates.length - 1]);
  }

  /** A consumer group; returns jobs a second. */
  private double group(int consumers, int batch, int jobs) throws IOException {
    send("DEL", LOG);
    reply();
    for (int from = 0; from < jobs; from += WRITE_BATCH) {
      int count = Math.min(WRITE_BATCH, jobs - from);
      for (int number = from; number < from + count; number++) {
        send(
            "XADD",
            LOG,
            "*",
            "specversion",
            "1.0",
            "id",
            "job-" + number,
            "source",
            "/b",
            "type",
            "t",
            "subject",
            Jobs.subject(number),
            "data",
            Jobs.DATA);
      }
      replies(count);
    }
    send("XGROUP", "CREATE", LOG, GROUP, "0");
    reply();
    long start = System.nanoTime();
    Queue<Integer> asked = new ArrayDeque<>();
    for (int i = 0; i < consumers; i++) {
      read(i, batch);
      asked.add(i);
    }
    int acknowledged = 0;
    while (!asked.isEmpty()) {
      int consumer = asked.remove();
      // an acknowledgement's reply, or what was read
      Object reply = reply();
      if (reply instanceof Long count) {
        acknowledged += count.intValue();
      } else if (reply instanceof List<?> streams && !streams.isEmpty()) {
        List<String> ack = new ArrayList<>(List.of("XACK", LOG, GROUP));
        for (Object entry : (List<?>) ((List<?>) streams.getFirst()).get(1)) {
          ack.add((String) ((List<?>) entry).getFirst());
        }
        send(ack.toArray(String[]::new));
        asked.add(consumer);
        read(consumer, batch);
        asked.add(consumer);
      }
    }
    return rate(jobs, acknowledged, start);
  }

  private void read(int consumer, int batch) throws IOException {
    send("XREADGROUP", "GROUP", GROUP, "c" + consumer, "COUNT", "" + batch, "STREAMS", LOG, ">");
  }

  /** Lists; returns jobs a second. */
  private double lists(int consumers, int batch, int jobs) throws IOException {
    send("DEL", LIST);
    reply();
    for (int from = 0; from < jobs; from += WRITE_BATCH) {
      int count = Math.min(WRITE_BATCH, jobs - from);
      for (int number = from; number < from + count; number++) {
        send("RPUSH", LIST, number + Jobs.subject(number) + Jobs.DATA);
      }
      replies(count);
    }
    long start = System.nanoTime();
    Queue<Moves> asked = new ArrayDeque<>();
    for (int i = 0; i < consumers; i++) {
      asked.add(move(i, batch, 0));
    }
    int removed = 0;
    while (!asked.isEmpty()) {
      Moves moves = asked.remove();
      for (int i = 0; i < moves.removing(); i++) {
        removed += ((Long) reply()).intValue();
      }
      List<String> got = new ArrayList<>();
      for (int i = 0; i < batch; i++) {
        if (reply() instanceof String job) {
          got.add(job);
        }
      }
      if (!got.isEmpty()) {
        for (String job : got) {
          send("LREM", LIST + ":" + moves.consumer(), "1", job);
        }
        asked.add(move(moves.consumer(), batch, got.size()));
      }
    }
    return rate(jobs, removed, start);
  }

  /**
   * What a consumer has asked for.
   *
   * @param removing how many removals are answered before it
   */
  private record Moves(int consumer, int removing) {}

  private Moves move(int consumer, int batch, int removing) throws IOException {
    for (int i = 0; i < batch; i++) {
      send("LMOVE", LIST, LIST + ":" + consumer, "LEFT", "RIGHT");
    }
    return new Moves(consumer, removing);
  }

  private static double rate(int jobs, int done, long start) {
    if (done != jobs) {
      throw new IllegalStateException(done + " of " + jobs + " jobs were done");
    }
    return jobs / ((System.nanoTime() - start) / 1e9);
  }

  private void send(String... args) throws IOException {
    StringBuilder command = new StringBuilder(256).append('*').append(args.length).append("\r\n");
    for (String arg : args) {
      command.append('$').append(arg.length()).append("\r\n").append(arg).append("\r\n");
    }
    out.write(command.toString().getBytes(StandardCharsets.ISO_8859_1));
  }

  private void replies(int count) throws IOException {
    for (int i = 0; i < count; i++) {
      reply();
    }
  }

  /** A string, a number, or a list; an empty list if there is nothing. Sends before it waits. */
  private Object reply() throws IOException {
    if (in.available() == 0) {
      out.flush();
    }
    String head = line();
    int number = head.charAt(0) == '+' ? 0 : numberIn(head);
    return switch (head.charAt(0)) {
      case ':' -> (long) number;
      case '$' -> number < 0 ? List.of() : text(number);
      case '*' -> {
        List<Object> parts = new ArrayList<>(Math.max(0, number));
        for (int i = 0; i < number; i++) {
          parts.add(reply());
        }
        yield parts;
      }
      default -> "";
    };
  }

  private static int numberIn(String head) throws IOException {
    if (head.charAt(0) == '-') {
      throw new IOException(head);
    }
    return Integer.parseInt(head.substring(1));
  }

  private String text(int length) throws IOException {
    String text = new String(in.readNBytes(length), StandardCharsets.ISO_8859_1);
    in.skipNBytes(2);
    return text;
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = in.read(); c != '\r'; c = in.read()) {
      if (c < 0) {
        throw new IOException("closed");
      }
      line.append((char) c);
    }
    in.skipNBytes(1);
    return line.toString();
  }
}
