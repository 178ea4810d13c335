package penstock.cluster;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What {@link SinkReceiver} starts as a process: takes webhooks, alone and in batches, and tickets
 * as an access system does, and fails as told by a seed: overloaded, broken, away in the midst of a
 * request, or taking something and saying that it did not. Some events it never takes.
 */
final class SeededReceiver {

  static final int OK = 204;
  static final int REFUSED = 422;
  private static final int PRECONDITION_FAILED = 412;
  private static final int IMPOSSIBLE = 50;
  private static final String TICKETS = "/tickets/";

  private final Random random;
  private final int failing;
  private final ReceiverJournal journal;
  private final Map<String, String> tickets;
  private final String run = Long.toHexString(System.nanoTime());
  private final AtomicLong requests = new AtomicLong();

  private SeededReceiver(
      Random random, int failing, ReceiverJournal journal, Map<String, String> tickets) {
    this.random = random;
    this.failing = failing;
    this.journal = journal;
    this.tickets = new ConcurrentHashMap<>(tickets);
  }

  /**
   * @param args port, seed, how many of a hundred requests fail, and the journal's file
   */
  public static void main(String[] args) throws IOException {
    Path file = Path.of(args[3]);
    // Another beginning, so that not each start fails in the same way.
    var random = new Random(Long.parseLong(args[1]) + ReceiverJournal.length(file));
    var receiver =
        new SeededReceiver(
            random,
            Integer.parseInt(args[2]),
            ReceiverJournal.append(file),
            ReceiverJournal.tickets(file));
    HttpServer server =
        HttpServer.create(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(args[0])), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", receiver::receive);
    server.createContext(TICKETS, receiver::ticket);
    server.start();
  }

  /** Whether the event is one of those that are never taken. */
  static boolean isImpossible(String event) {
    return Math.floorMod(event.hashCode(), IMPOSSIBLE) == 0;
  }

  private synchronized int status() {
    if (random.nextInt(100) >= failing) {
      return OK;
    }
    return switch (random.nextInt(4)) {
      case 0 -> 503;
      case 1 -> 429;
      case 2 -> 500;
      default -> ReceiverJournal.NO_ANSWER;
    };
  }

  private void receive(HttpExchange exchange) throws IOException {
    byte[] body = exchange.getRequestBody().readAllBytes();
    Headers headers = exchange.getRequestHeaders();
    String single = headers.getFirst("ce-id");
    List<String> events =
        single != null
            ? List.of(single)
            : new JsonArray(new String(body, StandardCharsets.UTF_8))
                .stream().map(event -> ((JsonObject) event).getString("id")).toList();
    String request = run + "-" + requests.incrementAndGet();
    journal.came(request, "" + headers.getFirst("webhook-id"), events);
    int status = events.stream().anyMatch(SeededReceiver::isImpossible) ? REFUSED : status();
    journal.told(request, status);
    answer(exchange, status);
  }

  /** A failure may have changed the ticket, as in life. */
  private void ticket(HttpExchange exchange) throws IOException {
    String state = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    String ticket = exchange.getRequestURI().getPath().substring(TICKETS.length());
    int status = status();
    if (status == OK || status == 500 || status == ReceiverJournal.NO_ANSWER) {
      boolean isNew = exchange.getRequestHeaders().containsKey("If-None-Match");
      if (!write(ticket, state, isNew) && status == OK) {
        status = PRECONDITION_FAILED;
      }
    }
    answer(exchange, status);
  }

  private synchronized boolean write(String ticket, String state, boolean isNew)
      throws IOException {
    if (isNew && tickets.containsKey(ticket)) {
      return false;
    }
    journal.ticket(ticket, state);
    tickets.put(ticket, state);
    return true;
  }

  private static void answer(HttpExchange exchange, int status) throws IOException {
    if (status != ReceiverJournal.NO_ANSWER) {
      exchange.sendResponseHeaders(status, -1);
    }
    exchange.close();
  }
}
