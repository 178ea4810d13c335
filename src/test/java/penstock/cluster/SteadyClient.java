package penstock.cluster;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import penstock.Patience;

/**
 * Posts one event after the other over plain sockets, and never the same one again, so that nothing
 * is hidden that an HTTP client would repeat. It does what HTTP asks of a client that keeps its
 * connection: after {@code Connection: close} it opens another one, and one that was closed while
 * nothing was under way is not used. Runs on a thread of its own.
 */
final class SteadyClient implements AutoCloseable {

  /** Between two requests: a load that leaves the machine room for instances to start. */
  private static final long PACE_NANOS = 2_000_000;

  private final int port;
  private final String path;
  private final boolean keeps;
  private final Supplier<String> events;
  private final Queue<String> failures = new ConcurrentLinkedQueue<>();
  private final Thread thread;
  private @Nullable Socket socket;
  private volatile int answered;
  private volatile boolean stopping;

  /**
   * Begins at once.
   *
   * @param keeps its connections, as long as it may; else each request has one of its own
   * @param events in structured mode
   */
  SteadyClient(int port, String path, boolean keeps, Supplier<String> events) {
    this.port = port;
    this.path = path;
    this.keeps = keeps;
    this.events = events;
    this.thread = Thread.ofVirtual().name("client").start(this::run);
  }

  /** Requests that were answered with 2xx. */
  int answered() {
    return answered;
  }

  /** What came of the others. */
  Queue<String> failures() {
    return failures;
  }

  private void run() {
    while (!stopping) {
      String event = events.get();
      try {
        String status = post(event);
        if (status.startsWith("2")) {
          answered++;
        } else {
          failures.add(status);
          disconnect();
        }
      } catch (IOException failed) {
        failures.add(failed.toString());
        disconnect();
      }
      LockSupport.parkNanos(PACE_NANOS);
    }
    disconnect();
  }

  private String post(String event) throws IOException {
    Socket connected = connected();
    byte[] body = event.getBytes(StandardCharsets.UTF_8);
    String head =
        "POST "
            + path
            + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/cloudevents+json\r\nContent-Length: "
            + body.length
            + (keeps ? "" : "\r\nConnection: close")
            + "\r\n\r\n";
    connected.getOutputStream().write((head + event).getBytes(StandardCharsets.UTF_8));
    InputStream in = new BufferedInputStream(connected.getInputStream());
    String status = line(in).split(" ", 2)[1];
    boolean closes = !keeps;
    int length = 0;
    for (String header = line(in); !header.isEmpty(); header = line(in)) {
      String lower = header.toLowerCase(Locale.ROOT);
      if (lower.startsWith("content-length:")) {
        length = Integer.parseInt(lower.substring(15).strip());
      } else if (lower.startsWith("connection:") && lower.contains("close")) {
        closes = true;
      }
    }
    if (in.readNBytes(length).length < length) {
      throw new IOException("the answer broke off: " + status);
    }
    if (closes) {
      disconnect();
    }
    return status;
  }

  private Socket connected() throws IOException {
    Socket kept = socket;
    if (kept == null || wasClosed(kept)) {
      disconnect();
      kept = new Socket(InetAddress.getLoopbackAddress(), port);
      kept.setTcpNoDelay(true);
      kept.setSoTimeout((int) Patience.LIMIT.toMillis());
      socket = kept;
    }
    return kept;
  }

  /** Whether the other side has ended it: there is nothing else to be read between two requests. */
  private static boolean wasClosed(Socket kept) throws IOException {
    kept.setSoTimeout(1);
    try {
      return kept.getInputStream().read() < 0;
    } catch (java.net.SocketTimeoutException alive) {
      return false;
    } catch (SocketException reset) {
      return true;
    } finally {
      kept.setSoTimeout((int) Patience.LIMIT.toMillis());
    }
  }

  private void disconnect() {
    if (socket != null) {
      try {
        socket.close();
      } catch (IOException gone) {
        // It is not used any more.
      }
      socket = null;
    }
  }

  private static String line(InputStream in) throws IOException {
    var line = new StringBuilder();
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) {
        throw new IOException("no answer");
      }
      if (next != '\r') {
        line.append((char) next);
      }
    }
    return line.toString();
  }

  @Override
  public void close() {
    stopping = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
