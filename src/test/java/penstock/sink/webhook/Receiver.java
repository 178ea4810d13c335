package penstock.sink.webhook;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import javax.net.ServerSocketFactory;

/**
 * What webhooks are sent to: reads requests and does with each connection what a test says, byte
 * for byte.
 */
final class Receiver implements AutoCloseable {

  /** What it does once it has read a request; if it returns, the next one is read. */
  @FunctionalInterface
  interface Behaviour {
    void answer(Request request, Connection connection) throws Exception;
  }

  /**
   * @param headers by their names in lower case
   */
  record Request(String line, Map<String, String> headers, byte[] body) {

    String text() {
      return new String(body, StandardCharsets.UTF_8);
    }

    String header(String name) {
      return headers.getOrDefault(name, "");
    }
  }

  /** A connection of the sender's. */
  static final class Connection {

    private final Socket socket;

    private Connection(Socket socket) {
      this.socket = socket;
    }

    void say(String text) throws IOException {
      OutputStream out = socket.getOutputStream();
      out.write(text.getBytes(StandardCharsets.ISO_8859_1));
      out.flush();
    }

    /** Hands on all that is said from now on, both ways, until one side closes. */
    void tunnelTo(int port) throws IOException {
      try (var other = new Socket(InetAddress.getLoopbackAddress(), port)) {
        Thread back =
            Thread.ofVirtual()
                .start(
                    () -> {
                      try {
                        other.getInputStream().transferTo(socket.getOutputStream());
                      } catch (IOException closed) {
                        // by one of them
                      }
                    });
        socket.getInputStream().transferTo(other.getOutputStream());
        back.interrupt();
      }
    }

    /** Returns when the sender has closed it. */
    void awaitClose() throws IOException {
      InputStream in = socket.getInputStream();
      while (in.read() >= 0) {
        // what it still sends is of no interest
      }
    }

    void close() throws IOException {
      socket.close();
    }
  }

  static final Behaviour OK = (request, connection) -> connection.say("HTTP/1.1 204 \r\n\r\n");

  private final ServerSocket server;
  private final List<Request> requests = new CopyOnWriteArrayList<>();
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();
  private final AtomicInteger connections = new AtomicInteger();
  private volatile Behaviour behaviour;

  Receiver(Behaviour behaviour) {
    this(ServerSocketFactory.getDefault(), socket -> {}, behaviour);
  }

  Receiver(ServerSocketFactory factory, Consumer<ServerSocket> settings, Behaviour behaviour) {
    this.behaviour = behaviour;
    try {
      server = factory.createServerSocket(0, 1_000, InetAddress.getLoopbackAddress());
      settings.accept(server);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofVirtual().start(this::accept);
  }

  int port() {
    return server.getLocalPort();
  }

  String uri() {
    return "http://127.0.0.1:" + port() + "/hook";
  }

  /** Those that were read whole. */
  List<Request> requests() {
    return requests;
  }

  int connections() {
    return connections.get();
  }

  void behave(Behaviour next) {
    behaviour = next;
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket socket = server.accept();
        connections.incrementAndGet();
        sockets.add(socket);
        Thread.ofVirtual().start(() -> serve(socket));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      InputStream in = socket.getInputStream();
      while (!socket.isClosed()) {
        Request request = read(in);
        if (request == null) {
          return;
        }
        requests.add(request);
        behaviour.answer(request, new Connection(socket));
      }
    } catch (Exception gone) {
      // the sender has had enough
    }
  }

  private static Request read(InputStream in) throws IOException {
    String line = line(in);
    if (line.isEmpty()) {
      return null;
    }
    var headers = new TreeMap<String, String>();
    for (String header = line(in); !header.isEmpty(); header = line(in)) {
      int colon = header.indexOf(':');
      headers.put(
          header.substring(0, colon).toLowerCase(Locale.ROOT), header.substring(colon + 1).strip());
    }
    int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
    return new Request(line, headers, in.readNBytes(length));
  }

  private static String line(InputStream in) throws IOException {
    var line = new ByteArrayOutputStream();
    for (int next = in.read(); next >= 0 && next != '\n'; next = in.read()) {
      if (next != '\r') {
        line.write(next);
      }
    }
    return line.toString(StandardCharsets.ISO_8859_1);
  }

  @Override
  public void close() {
    try {
      server.close();
      for (Socket socket : sockets) {
        socket.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
