package penstock.security;

import static penstock.Patience.await;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/** Reads what comes of one request for a feed, on a thread of its own, until it ends. */
public final class FeedWitness implements AutoCloseable {

  private final Socket socket;
  private final StringBuffer seen = new StringBuffer();
  private volatile boolean ended;

  /**
   * Sends the request.
   *
   * @param headers lines, each with its end
   */
  public FeedWitness(URI base, String target, String headers) {
    try {
      socket = new Socket(base.getHost(), base.getPort());
      socket
          .getOutputStream()
          .write(
              ("GET " + target + " HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n")
                  .getBytes(StandardCharsets.US_ASCII));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofPlatform().daemon().start(this::read);
  }

  public static FeedWitness withToken(URI base, String target, String token) {
    return new FeedWitness(base, target, "Authorization: Bearer " + token + "\r\n");
  }

  private void read() {
    byte[] bytes = new byte[8192];
    try (InputStream in = socket.getInputStream()) {
      for (int read = in.read(bytes); read >= 0; read = in.read(bytes)) {
        seen.append(new String(bytes, 0, read, StandardCharsets.UTF_8));
      }
    } catch (IOException broken) {
      // as an end
    }
    ended = true;
  }

  public String seen() {
    return seen.toString();
  }

  public boolean hasEnded() {
    return ended;
  }

  /** Waits until something was seen. */
  public FeedWitness awaitSeen(String text) {
    await().until(() -> seen().contains(text));
    return this;
  }

  public FeedWitness awaitEnd() {
    await().until(this::hasEnded);
    return this;
  }

  /** The status of the answer. */
  public int status() {
    await().until(() -> seen().contains("\r\n"));
    return Integer.parseInt(seen().split(" ", 3)[1]);
  }

  /** The last id that was seen. */
  public String lastId() {
    return seen()
        .lines()
        .filter(line -> line.startsWith("id: "))
        .reduce((one, next) -> next)
        .orElseThrow()
        .substring(4);
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
