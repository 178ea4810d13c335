package penstock.ingest;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Posts batches of new events over plain sockets, each connection with one request at a time. The
 * events are those of {@link RawAppendBenchmark}. Run it from the project's root after {@code
 * ./mvnw test-compile}:
 *
 * <pre>
 * java -cp target/classes:target/test-classes penstock.ingest.BatchPostBenchmark HOST PORT STREAM [EVENTS_A_BATCH] [CONNECTIONS] [SECONDS]
 * </pre>
 */
public final class BatchPostBenchmark {

  private final String host;
  private final int port;
  private final String stream;
  private final int batchSize;
  private final AtomicLong batches = new AtomicLong();
  private final AtomicLong numbers = new AtomicLong();
  private volatile boolean over;

  private BatchPostBenchmark(String[] args) {
    host = args[0];
    port = Integer.parseInt(args[1]);
    stream = args[2];
    batchSize = args.length > 3 ? Integer.parseInt(args[3]) : 100;
  }

  public static void main(String[] args) throws Exception {
    int connections = args.length > 4 ? Integer.parseInt(args[4]) : 16;
    int seconds = args.length > 5 ? Integer.parseInt(args[5]) : 5;
    new BatchPostBenchmark(args).run(connections, seconds);
  }

  private void run(int connections, int seconds) throws InterruptedException {
    List<Thread> clients = new ArrayList<>();
    for (int i = 0; i < connections; i++) {
      clients.add(Thread.ofPlatform().start(this::post));
    }
    Thread.sleep(2_000);
    long before = batches.get();
    long start = System.nanoTime();
    Thread.sleep(seconds * 1_000L);
    double rate = (batches.get() - before) * batchSize / ((System.nanoTime() - start) / 1e9);
    over = true;
    for (Thread client : clients) {
      client.join();
    }
    System.out.printf(
        Locale.ROOT,
        "POST, %d events a batch, %d connections: %,.0f events/s%n",
        batchSize,
        connections,
        rate);
  }

  private void post() {
    try (Socket socket = new Socket(host, port)) {
      socket.setTcpNoDelay(true);
      OutputStream out = socket.getOutputStream();
      InputStream in = new BufferedInputStream(socket.getInputStream(), 1 << 16);
      while (!over) {
        byte[] body = body();
        String head =
            "POST /streams/%s/events HTTP/1.1\r\nHost: %s\r\nContent-Type: application/cloudevents-batch+json\r\nContent-Length: %d\r\n\r\n"
                .formatted(stream, host, body.length);
        out.write(head.getBytes(StandardCharsets.US_ASCII));
        out.write(body);
        expectCreated(in);
        batches.incrementAndGet();
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private byte[] body() {
    String text = "x".repeat(90);
    StringBuilder body = new StringBuilder(240 * batchSize);
    for (int i = 0; i < batchSize; i++) {
      long number = numbers.getAndIncrement();
      body.append(i == 0 ? '[' : ',')
          .append("{\"specversion\":\"1.0\",\"id\":\"raw-")
          .append(System.nanoTime())
          .append('-')
          .append(number)
          .append("\",\"source\":\"/b\",\"type\":\"t\",\"subject\":\"key-")
          .append(number % RawAppendBenchmark.KEYS)
          .append("\",\"data\":{\"text\":\"")
          .append(text)
          .append("\"}}");
    }
    return body.append(']').toString().getBytes(StandardCharsets.US_ASCII);
  }

  private static void expectCreated(InputStream in) throws IOException {
    String status = line(in);
    long length = -1;
    for (String header = line(in); !header.isEmpty(); header = line(in)) {
      if (header.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
        length = Long.parseLong(header.substring(15).strip());
      }
    }
    in.skipNBytes(length);
    if (!status.contains(" 201 ")) {
      throw new IOException(status);
    }
  }

  private static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) {
        throw new IOException("closed");
      }
      if (c != '\r') {
        line.append((char) c);
      }
    }
    return line.toString();
  }
}
