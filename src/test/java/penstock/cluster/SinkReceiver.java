package penstock.cluster;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The receiver of a webhook, which fails as told by a seed: overloaded, away in the midst of a
 * request, broken, or taking an event and saying that it did not. Some events it never takes.
 */
final class SinkReceiver implements AutoCloseable {

  private static final int IMPOSSIBLE = 50;
  private static final int OK = 204;

  /**
   * A request and what it was told.
   *
   * @param came its place among all that came and all that were told
   * @param told the same of its answer
   * @param status 0 if there was no answer
   */
  record Receipt(String event, String delivery, long came, long told, int status) {

    boolean isTaken() {
      return status == OK;
    }
  }

  private final List<Receipt> receipts = new CopyOnWriteArrayList<>();
  private final AtomicLong clock = new AtomicLong();
  private final Random random;
  private final int failing;
  private final HttpServer server;

  /**
   * @param failing of a hundred requests, how many fail
   */
  SinkReceiver(long seed, int failing) {
    this.random = new Random(seed);
    this.failing = failing;
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", this::receive);
    server.start();
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/events";
  }

  static boolean isImpossible(String event) {
    return Math.floorMod(event.hashCode(), IMPOSSIBLE) == 0;
  }

  private synchronized int status(String event) {
    if (isImpossible(event)) {
      return 422;
    }
    if (random.nextInt(100) >= failing) {
      return OK;
    }
    return switch (random.nextInt(4)) {
      case 0 -> 503;
      case 1 -> 429;
      case 2 -> 500;
      default -> 0;
    };
  }

  private void receive(HttpExchange exchange) throws IOException {
    long came = clock.incrementAndGet();
    exchange.getRequestBody().readAllBytes();
    String event = exchange.getRequestHeaders().getFirst("ce-id");
    String delivery = exchange.getRequestHeaders().getFirst("webhook-id");
    int status = status(event);
    receipts.add(new Receipt(event, "" + delivery, came, clock.incrementAndGet(), status));
    if (status != 0) {
      exchange.sendResponseHeaders(status, -1);
    }
    exchange.close();
  }

  /** In the order in which they were told. */
  List<Receipt> receipts() {
    return List.copyOf(receipts);
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
