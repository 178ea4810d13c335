package penstock.sink.http;

import com.sun.net.httpserver.HttpServer;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.function.BinaryOperator;

/** A stand-in for the system at the gate: knows tickets, and fails as a test says. */
public final class AccessSystem implements QuarkusTestResourceLifecycleManager {

  final Map<String, String> tickets = new ConcurrentHashMap<>();

  /** Ticket and idempotency key of each request. */
  final List<String> requests = new CopyOnWriteArrayList<>();

  /** The status for a ticket and what it shall be; 200 or what goes wrong. */
  volatile BinaryOperator<String> status = (ticket, state) -> "200";

  private HttpServer server;

  @Override
  public Map<String, String> start() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext(
        "/tickets/",
        exchange -> {
          String ticket = exchange.getRequestURI().getPath().substring("/tickets/".length());
          String state =
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
          requests.add(ticket + " " + exchange.getRequestHeaders().getFirst("Idempotency-Key"));
          int answer = Integer.parseInt(status.apply(ticket, state));
          boolean isNew = exchange.getRequestHeaders().containsKey("If-None-Match");
          if (answer == 200 && isNew && tickets.putIfAbsent(ticket, state) != null) {
            answer = 412;
          } else if (answer == 200 && !isNew) {
            tickets.put(ticket, state);
          }
          exchange.sendResponseHeaders(answer, -1);
          exchange.close();
        });
    server.start();
    return Map.of("access-system.url", "http://127.0.0.1:" + server.getAddress().getPort() + "/");
  }

  List<String> requestsOf(String ticket) {
    return new ArrayList<>(requests.stream().filter(one -> one.startsWith(ticket + " ")).toList());
  }

  @Override
  public void inject(Object test) {
    if (test instanceof SinksOverHttpTest user) {
      user.access = this;
    }
  }

  @Override
  public void stop() {
    server.stop(0);
  }
}
