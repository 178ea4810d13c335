package penstock.load;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * A connection over which benchmarks send one request at a time. A plain socket, since the client
 * shares the machine with the service. For one thread.
 */
public final class KeepAliveConnection implements AutoCloseable {

  private static final byte[] NOTHING = {};

  private final Socket socket;
  private final InputStream in;
  private final String host;

  public KeepAliveConnection(String host, int port) throws IOException {
    this.host = host;
    socket = new Socket(host, port);
    socket.setTcpNoDelay(true);
    in = new BufferedInputStream(socket.getInputStream(), 1 << 16);
  }

  /** What the service answered. */
  public record Answer(int status, String body) {

    /**
     * The answer itself.
     *
     * @throws IOException with the body if the status is another
     */
    public Answer expect(int wanted) throws IOException {
      if (status != wanted) {
        throw new IOException(status + " instead of " + wanted + ": " + body);
      }
      return this;
    }
  }

  public Answer send(String method, String path) throws IOException {
    return send(method, path, "", NOTHING);
  }

  /**
   * Sends a request and waits for its answer.
   *
   * @param headers each with a line break behind it
   */
  public Answer send(String method, String path, String headers, byte[] body) throws IOException {
    String head =
        "%s %s HTTP/1.1\r\nHost: %s\r\n%sContent-Length: %d\r\n\r\n"
            .formatted(method, path, host, headers, body.length);
    var request = new ByteArrayOutputStream(head.length() + body.length);
    request.writeBytes(head.getBytes(StandardCharsets.US_ASCII));
    request.writeBytes(body);
    socket.getOutputStream().write(request.toByteArray());
    int status = Integer.parseInt(line().split(" ")[1]);
    int length = 0;
    for (String header = line(); !header.isEmpty(); header = line()) {
      String name = header.toLowerCase(Locale.ROOT);
      if (name.startsWith("content-length:")) {
        length = Integer.parseInt(header.substring("content-length:".length()).strip());
      } else if (name.startsWith("transfer-encoding:")) {
        throw new IOException("an answer of unknown length");
      }
    }
    return new Answer(status, new String(in.readNBytes(length), StandardCharsets.UTF_8));
  }

  private String line() throws IOException {
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

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
