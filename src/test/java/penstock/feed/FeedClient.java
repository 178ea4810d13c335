package penstock.feed;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Reads a feed as the HTML standard tells a browser to, over a plain socket that a test can leave
 * unread. A virtual thread reads; what it read can be looked at from any thread.
 */
public final class FeedClient implements AutoCloseable {

  /** What was dispatched: an event with data. */
  public record Message(String event, String id, String data) {}

  private final Socket socket;
  private final InputStream in;
  private final Thread reader;
  private final int status;
  private final Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
  private final List<Message> messages = new CopyOnWriteArrayList<>();
  private final List<String> lines = new CopyOnWriteArrayList<>();
  private volatile String lastEventId = "";
  private volatile @Nullable String retry;
  private volatile boolean ended;
  private volatile boolean endedNormally;
  private volatile boolean paused;

  private FeedClient(Socket socket, InputStream in, String path, @Nullable String lastEventId)
      throws IOException {
    this.socket = socket;
    this.in = in;
    this.lastEventId = lastEventId == null ? "" : lastEventId;
    String request =
        "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n";
    if (lastEventId != null) {
      request += "Last-Event-ID: " + lastEventId + "\r\n";
    }
    socket.getOutputStream().write((request + "\r\n").getBytes(StandardCharsets.UTF_8));
    status = Integer.parseInt(line(in).split(" ")[1]);
    for (String header = line(in); !header.isEmpty(); header = line(in)) {
      int colon = header.indexOf(':');
      headers.put(
          header.substring(0, colon).toLowerCase(Locale.ROOT), header.substring(colon + 1).strip());
    }
    reader = Thread.ofVirtual().start(this::read);
  }

  /** Connects; returns when the headers are there. */
  public static FeedClient open(int port, String path, @Nullable String lastEventId) {
    return open(port, path, lastEventId, 0);
  }

  /**
   * @param window bytes that the kernel takes for a reader that does not read; 0 for as many as it
   *     likes
   */
  public static FeedClient open(int port, String path, @Nullable String lastEventId, int window) {
    Socket socket = new Socket();
    try {
      if (window > 0) {
        socket.setReceiveBufferSize(window);
      }
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 10_000);
      return new FeedClient(
          socket, new BufferedInputStream(socket.getInputStream(), 4_096), path, lastEventId);
    } catch (IOException e) {
      try {
        socket.close();
      } catch (IOException alsoFailed) {
        e.addSuppressed(alsoFailed);
      }
      throw new UncheckedIOException(e);
    }
  }

  private void read() {
    var event = new StringBuilder();
    var data = new StringBuilder();
    String id = lastEventId;
    String name = "";
    boolean hasData = false;
    var line = new ByteArrayOutputStream();
    try {
      boolean chunked = "chunked".equals(headers.get("transfer-encoding"));
      int left = chunked ? 0 : Integer.MAX_VALUE;
      while (true) {
        while (paused) {
          LockSupport.parkNanos(1_000_000);
        }
        if (left == 0) {
          left = Integer.parseInt(line(in), 16);
          if (left == 0) {
            endedNormally = true;
            return;
          }
        }
        int next = in.read();
        if (next < 0) {
          endedNormally = !chunked;
          return;
        }
        if (--left == 0 && chunked) {
          line(in);
        }
        if (next != '\n') {
          line.write(next);
          continue;
        }
        String text = line.toString(StandardCharsets.UTF_8);
        line.reset();
        lines.add(text);
        if (text.isEmpty()) {
          lastEventId = id;
          if (hasData) {
            messages.add(new Message(name.isEmpty() ? "message" : name, id, data.toString()));
          }
          event.setLength(0);
          data.setLength(0);
          name = "";
          hasData = false;
        } else if (!text.startsWith(":")) {
          int colon = text.indexOf(": ");
          String value = text.substring(colon + 2);
          switch (text.substring(0, colon)) {
            case "id" -> id = value;
            case "event" -> name = value;
            case "data" -> {
              data.append(value);
              hasData = true;
            }
            case "retry" -> retry = value;
            default -> throw new IllegalStateException("not a field: " + text);
          }
        }
      }
    } catch (IOException e) {
      endedNormally = false;
    } finally {
      ended = true;
    }
  }

  private static String line(InputStream in) throws IOException {
    var line = new ByteArrayOutputStream();
    while (true) {
      int next = in.read();
      if (next < 0) {
        throw new EOFException();
      }
      if (next == '\n') {
        return line.toString(StandardCharsets.UTF_8);
      }
      if (next != '\r') {
        line.write(next);
      }
    }
  }

  public int status() {
    return status;
  }

  public @Nullable String header(String name) {
    return headers.get(name);
  }

  public List<Message> messages() {
    return messages;
  }

  /** Those of one kind; stream events are {@code message}. */
  public List<Message> messages(String event) {
    return messages.stream().filter(message -> message.event().equals(event)).toList();
  }

  /** The data members of the stream events, which in tests are their ids. */
  public List<String> ids() {
    List<String> ids = new ArrayList<>();
    for (Message message : messages("message")) {
      ids.add(idOf(message));
    }
    return ids;
  }

  /** The id of the event in a message. */
  public static String idOf(Message message) {
    int from = message.data().indexOf("\"id\":\"") + 6;
    return message.data().substring(from, message.data().indexOf('"', from));
  }

  /** All lines so far, comments too. */
  public List<String> lines() {
    return lines;
  }

  /** What a browser would send when it reconnects. */
  public String lastEventId() {
    return lastEventId;
  }

  public @Nullable String retry() {
    return retry;
  }

  public boolean hasEnded() {
    return ended;
  }

  /** The response was complete, and not cut off. */
  public boolean hasEndedNormally() {
    return ended && endedNormally;
  }

  /** Stops reading, so that the socket fills. */
  public void pause() {
    paused = true;
  }

  public void resume() {
    paused = false;
  }

  @Override
  public void close() {
    leave();
  }

  /** Breaks the connection; what was read until then stays and does not change any more. */
  public void leave() {
    paused = false;
    try {
      socket.close();
      reader.join();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
