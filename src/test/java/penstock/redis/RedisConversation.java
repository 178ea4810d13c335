package penstock.redis;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import penstock.Patience;

/**
 * A plain blocking connection to a Redis server, so that a test's view of the data shares no code
 * with the product.
 */
public final class RedisConversation implements AutoCloseable {

  private final Socket socket;
  private final InputStream in;

  /** With a server of this host. */
  public RedisConversation(int port) {
    this("127.0.0.1", port);
  }

  /**
   * @param address of the host
   */
  RedisConversation(String address, int port) {
    try {
      socket = new Socket(address, port);
      socket.setSoTimeout((int) Patience.LIMIT.toMillis());
      in = new BufferedInputStream(socket.getInputStream());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Sends one command and waits for its reply.
   *
   * @param command its words; a byte array goes as it is, anything else as UTF-8 text
   * @return a Long, a String (read as UTF-8), a List of such, or null
   * @throws IllegalStateException for an error reply
   */
  public @Nullable Object ask(Object... command) {
    try {
      var out = new ByteArrayOutputStream();
      out.write(ascii("*" + command.length + "\r\n"));
      for (Object word : command) {
        byte[] bytes =
            word instanceof byte[] raw ? raw : word.toString().getBytes(StandardCharsets.UTF_8);
        out.write(ascii("$" + bytes.length + "\r\n"));
        out.write(bytes);
        out.write(ascii("\r\n"));
      }
      socket.getOutputStream().write(out.toByteArray());
      return reply();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private @Nullable Object reply() throws IOException {
    String line = line();
    String rest = line.substring(1);
    return switch (line.charAt(0)) {
      case '+' -> rest;
      case '-' -> throw new IllegalStateException(rest);
      case ':' -> Long.valueOf(rest);
      case '$' -> bulk(Integer.parseInt(rest));
      case '*' -> array(Integer.parseInt(rest));
      default -> throw new IllegalStateException("not RESP2: " + line);
    };
  }

  private @Nullable String bulk(int length) throws IOException {
    if (length < 0) {
      return null;
    }
    byte[] bytes = in.readNBytes(length);
    line();
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private @Nullable List<@Nullable Object> array(int length) throws IOException {
    if (length < 0) {
      return null;
    }
    List<@Nullable Object> elements = new ArrayList<>();
    for (int i = 0; i < length; i++) {
      elements.add(reply());
    }
    return elements;
  }

  private String line() throws IOException {
    var line = new ByteArrayOutputStream();
    int next;
    while ((next = in.read()) != '\r') {
      if (next < 0) {
        throw new IOException("the server closed the connection");
      }
      line.write(next);
    }
    in.read();
    return line.toString(StandardCharsets.UTF_8);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
