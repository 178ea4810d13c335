package penstock.ingest;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import penstock.event.EventDigest;
import penstock.projection.TestLog;

/**
 * What Redis itself does with {@code append.lua}: prepared batches, pipelined over one plain
 * socket, no JSON, no HTTP. The yardstick for batches over HTTP. Run it from the project's root
 * after {@code ./mvnw test-compile}:
 *
 * <pre>
 * java -cp target/classes:target/test-classes penstock.ingest.RawAppendBenchmark HOST PORT [EVENTS_A_BATCH] [SECONDS]
 * </pre>
 *
 * The partition {@code raw/0} of that Redis is written to.
 */
public final class RawAppendBenchmark {

  /** Subjects that the events take turns with. */
  static final int KEYS = 1_000;

  private static final int DEPTH = 8;

  private final int batchSize;
  private final String script;
  private long number;

  /** Why the replies are not read any more. */
  private volatile @Nullable IOException failure;

  private RawAppendBenchmark(int batchSize) {
    this.batchSize = batchSize;
    this.script = TestLog.source("append");
  }

  public static void main(String[] args) throws Exception {
    int batch = args.length > 2 ? Integer.parseInt(args[2]) : 100;
    int seconds = args.length > 3 ? Integer.parseInt(args[3]) : 5;
    new RawAppendBenchmark(batch).run(args[0], Integer.parseInt(args[1]), seconds);
  }

  private void run(String host, int port, int seconds) throws Exception {
    try (Socket socket = new Socket(host, port)) {
      socket.setTcpNoDelay(true);
      OutputStream out = socket.getOutputStream();
      DataInputStream in =
          new DataInputStream(new BufferedInputStream(socket.getInputStream(), 1 << 16));
      out.write(command(List.of(bytes("SCRIPT"), bytes("LOAD"), bytes(script))));
      skipReply(in);
      String sha =
          HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(bytes(script)));
      measure(out, in, sha, 1);
      double rate = measure(out, in, sha, seconds);
      System.out.printf(
          Locale.ROOT,
          "append.lua, %d events a script, %d scripts in flight: %,.0f events/s%n",
          batchSize,
          DEPTH,
          rate);
    }
  }

  private double measure(OutputStream out, DataInputStream in, String sha, int seconds)
      throws Exception {
    Semaphore slots = new Semaphore(DEPTH);
    long end = System.nanoTime() + seconds * 1_000_000_000L;
    Thread reader =
        new Thread(
            () -> {
              try {
                while (!Thread.currentThread().isInterrupted()) {
                  skipReply(in);
                  slots.release();
                }
              } catch (IOException e) {
                failure = e;
                slots.release(DEPTH);
              }
            });
    reader.setDaemon(true);
    long start = System.nanoTime();
    reader.start();
    long sent = 0;
    while (System.nanoTime() < end) {
      slots.acquire();
      throwFailure();
      out.write(append(sha));
      sent += batchSize;
    }
    slots.acquire(DEPTH);
    throwFailure();
    double rate = sent / ((System.nanoTime() - start) / 1e9);
    reader.interrupt();
    out.write(command(List.of(bytes("PING"))));
    reader.join();
    return rate;
  }

  private void throwFailure() throws IOException {
    IOException before = failure;
    if (before != null) {
      throw before;
    }
  }

  /** A batch of new events of the form that the load over HTTP has. */
  private byte[] append(String sha) {
    List<byte[]> args = new ArrayList<>();
    for (String arg :
        List.of(
            "EVALSHA",
            sha,
            "2",
            "ps:{raw/0}:events",
            "ps:{raw/0}:log",
            "ps:{raw/0}:seen:",
            "life",
            "120000",
            Integer.toString(batchSize))) {
      args.add(bytes(arg));
    }
    for (int i = 0; i < batchSize; i++) {
      String id = "raw-" + System.nanoTime() + "-" + number++;
      args.add(EventDigest.of("/b", id));
      args.add(bytes("12"));
      String data = "{\"text\":\"" + "x".repeat(90) + "\"}";
      for (String field :
          List.of(
              "specversion",
              "1.0",
              "id",
              id,
              "source",
              "/b",
              "type",
              "t",
              "subject",
              "key-" + number % KEYS,
              "data",
              data)) {
        args.add(bytes(field));
      }
    }
    return command(args);
  }

  private static byte[] command(List<byte[]> args) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(1 << 15);
    out.writeBytes(bytes("*" + args.size() + "\r\n"));
    for (byte[] arg : args) {
      out.writeBytes(bytes("$" + arg.length + "\r\n"));
      out.writeBytes(arg);
      out.writeBytes(bytes("\r\n"));
    }
    return out.toByteArray();
  }

  private static void skipReply(DataInputStream in) throws IOException {
    String head = line(in);
    switch (head.charAt(0)) {
      case '*' -> {
        int count = Integer.parseInt(head.substring(1));
        for (int i = 0; i < count; i++) {
          skipReply(in);
        }
      }
      case '$' -> in.skipNBytes(Integer.parseInt(head.substring(1)) + 2L);
      case '-' -> throw new IOException(head);
      default -> {}
    }
  }

  private static String line(DataInputStream in) throws IOException {
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

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
