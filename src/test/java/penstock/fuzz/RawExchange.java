package penstock.fuzz;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import penstock.fuzz.RequestGenerator.Request;

/** Sends requests one after the other over plain sockets, however they look. For one thread. */
final class RawExchange implements AutoCloseable {

  /** What no answer may take. */
  private static final int LIMIT_MILLIS = 15_000;

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
      in = new BufferedInputStream(socket.getInputStream());
    }
    byte[] head =
        "%s %s HTTP/1.1\r\nHost: localhost\r\n%sContent-Length: %d\r\n\r\n"
            .formatted(request.method(), request.target(), request.headers(), request.body().length)
            .getBytes(StandardCharsets.UTF_8);
    byte[] all = Arrays.copyOf(head, head.length + request.body().length);
    System.arraycopy(request.body(), 0, all, head.length, request.body().length);
    socket.getOutputStream().write(all);
    String answer = head();
    int status = Integer.parseInt(answer.split(" ", 3)[1]);
    if (status == 204 || status == 304 || request.method().equals("HEAD")) {
      end(answer);
      return new Answer(status, answer, "");
    }
    int at = answer.indexOf("\r\ncontent-length: ");
    if (at < 0) {
      hangUp();
      return new Answer(status, answer, null);
    }
    int from = at + "\r\ncontent-length: ".length();
    int length = Integer.parseInt(answer.substring(from, answer.indexOf('\r', from)));
    byte[] body = in.readNBytes(length);
    if (body.length < length) {
      throw new IOException("an answer that ends too early: " + answer);
    }
    end(answer);
    return new Answer(status, answer, new String(body, StandardCharsets.UTF_8));
  }

  private void end(String answer) throws IOException {
    if (answer.contains("\r\nconnection: close")) {
      hangUp();
    }
  }

  /** In lower case, with the line break of its last header. */
  private String head() throws IOException {
    var head = new StringBuilder();
    while (head.indexOf("\r\n\r\n", head.length() - 4) < 0) {
      int c = in.read();
      if (c < 0) {
        throw new IOException("closed behind: " + head);
      }
      head.append((char) c);
    }
    String text = head.substring(0, head.length() - 2);
    int line = text.indexOf("\r\n");
    return text.substring(0, line) + text.substring(line).toLowerCase(Locale.ROOT);
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
