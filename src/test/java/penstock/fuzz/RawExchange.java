package penstock.fuzz;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import penstock.fuzz.RequestGenerator.Request;

/**
 * Sends requests one after the other, however they look, over a plain socket that is kept for as
 * long as the service keeps it. For one thread.
 */
final class RawExchange implements AutoCloseable {

  /** What no answer may take. */
  private static final int LIMIT_MILLIS = 15_000;

  private static final String LENGTH = "\r\ncontent-length: ";

  /**
   * An answer.
   *
   * @param body null if it was not read: of a feed
   */
  record Answer(int status, String head, @Nullable String body) {

    boolean isProblem() {
      return head.contains("\r\ncontent-type: application/problem+json");
    }
  }

  private final int port;
  private @Nullable Socket socket;
  private @Nullable InputStream in;

  /** What was read and not taken yet, from the beginning on. */
  private byte[] buffer = new byte[8192];

  private int read;

  RawExchange(int port) {
    this.port = port;
  }

  /** A connection that ended between two requests is no fault. */
  Answer send(Request request) throws IOException {
    boolean old = socket != null;
    try {
      return exchange(request);
    } catch (SocketTimeoutException hangs) {
      throw hangs;
    } catch (IOException ended) {
      hangUp();
      if (!old) {
        throw ended;
      }
      return exchange(request);
    }
  }

  private Answer exchange(Request request) throws IOException {
    if (socket == null) {
      socket = new Socket("127.0.0.1", port);
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(LIMIT_MILLIS);
      in = socket.getInputStream();
      read = 0;
    }
    socket.getOutputStream().write(bytes(request));
    String answer = head();
    int status = Integer.parseInt(answer.split(" ", 3)[1]);
    if (status == 204 || status == 304 || request.method().equals("HEAD")) {
      end(answer);
      return new Answer(status, answer, "");
    }
    int at = answer.indexOf(LENGTH);
    if (at < 0) {
      hangUp();
      return new Answer(status, answer, null);
    }
    int from = at + LENGTH.length();
    String body = body(Integer.parseInt(answer.substring(from, answer.indexOf('\r', from))));
    end(answer);
    return new Answer(status, answer, body);
  }

  private static byte[] bytes(Request request) {
    byte[] body = request.body();
    byte[] head =
        (request.method()
                + " "
                + request.target()
                + " HTTP/1.1\r\nHost: localhost\r\n"
                + request.headers()
                + "Content-Length: "
                + body.length
                + "\r\n\r\n")
            .getBytes(StandardCharsets.UTF_8);
    byte[] all = Arrays.copyOf(head, head.length + body.length);
    System.arraycopy(body, 0, all, head.length, body.length);
    return all;
  }

  private void end(String answer) throws IOException {
    if (answer.contains("\r\nconnection: close")) {
      hangUp();
    }
  }

  /** In lower case but for its first line, with the line break of its last header. */
  private String head() throws IOException {
    int end = endOfHead(0);
    while (end < 0) {
      int from = Math.max(0, read - 3);
      more();
      end = endOfHead(from);
    }
    String text = new String(buffer, 0, end, StandardCharsets.ISO_8859_1);
    take(end + 2);
    int line = text.indexOf("\r\n");
    return text.substring(0, line) + text.substring(line).toLowerCase(Locale.ROOT);
  }

  /** Behind the line break of the last header; -1 if that has not come. */
  private int endOfHead(int from) {
    for (int i = from; i + 3 < read; i++) {
      if (buffer[i] == '\r'
          && buffer[i + 1] == '\n'
          && buffer[i + 2] == '\r'
          && buffer[i + 3] == '\n') {
        return i + 2;
      }
    }
    return -1;
  }

  private String body(int length) throws IOException {
    while (read < length) {
      more();
    }
    String body = new String(buffer, 0, length, StandardCharsets.UTF_8);
    take(length);
    return body;
  }

  private void more() throws IOException {
    if (read == buffer.length) {
      buffer = Arrays.copyOf(buffer, 2 * read);
    }
    int more = in == null ? -1 : in.read(buffer, read, buffer.length - read);
    if (more < 0) {
      throw new IOException(
          "closed behind: " + new String(buffer, 0, read, StandardCharsets.ISO_8859_1));
    }
    read += more;
  }

  private void take(int bytes) {
    System.arraycopy(buffer, bytes, buffer, 0, read - bytes);
    read -= bytes;
  }

  @Override
  public void close() throws IOException {
    hangUp();
  }

  /** The next request gets a connection of its own. */
  void hangUp() throws IOException {
    if (socket != null) {
      socket.close();
      socket = null;
      in = null;
    }
  }
}
