package penstock.load;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * Commands over one plain socket to Redis, in batches of which some are under way: what Redis
 * itself does, as a yardstick. For one thread.
 */
public final class RawPipeline implements AutoCloseable {

  private static final int DEPTH = 8;

  private final Socket socket;
  private final DataInputStream in;
  private final ByteArrayOutputStream batch = new ByteArrayOutputStream(1 << 16);
  private final Queue<Integer> underWay = new ArrayDeque<>();
  private int commands;

  public RawPipeline(String host, int port) throws IOException {
    socket = new Socket(host, port);
    socket.setTcpNoDelay(true);
    in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), 1 << 16));
  }

  /** Adds a command to the batch. */
  public void add(String... words) {
    write("*" + words.length + "\r\n");
    for (String word : words) {
      write("$" + word.length() + "\r\n");
      write(word);
      write("\r\n");
    }
    commands++;
  }

  /** Plain ASCII, as all of a benchmark is. */
  private void write(String text) {
    batch.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
  }

  /** Sends the batch, when not too many are under way. */
  public void send() throws IOException {
    if (underWay.size() == DEPTH) {
      skipReplies();
    }
    batch.writeTo(socket.getOutputStream());
    underWay.add(commands);
    batch.reset();
    commands = 0;
  }

  /** Waits for all replies. */
  public void finish() throws IOException {
    send();
    while (!underWay.isEmpty()) {
      skipReplies();
    }
  }

  private void skipReplies() throws IOException {
    for (int left = underWay.remove(); left > 0; left--) {
      skipReply();
    }
  }

  private void skipReply() throws IOException {
    String head = line();
    switch (head.charAt(0)) {
      case '*' -> {
        for (int left = Integer.parseInt(head.substring(1)); left > 0; left--) {
          skipReply();
        }
      }
      case '$' -> in.skipNBytes(Integer.parseInt(head.substring(1)) + 2L);
      case '-' -> throw new IOException(head);
      default -> {}
    }
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

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
