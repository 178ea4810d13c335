package penstock.load;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/** Requests over some connections, each of which sends the next when it has its answer. */
public final class ClosedLoop {

  private final String host;
  private final int port;
  private final int connections;

  public ClosedLoop(String host, int port, int connections) {
    this.host = host;
    this.port = port;
    this.connections = connections;
  }

  /** A request, and what is to be seen of its answer. */
  @FunctionalInterface
  public interface Request {

    void send(KeepAliveConnection over, int number) throws Exception;
  }

  /** Sends the requests with the numbers from 0 on; how many a second were answered. */
  public double run(int count, Request request) throws InterruptedException, ExecutionException {
    var next = new AtomicInteger();
    Callable<Void> client =
        () -> {
          try (var connection = new KeepAliveConnection(host, port)) {
            for (int n = next.getAndIncrement(); n < count; n = next.getAndIncrement()) {
              request.send(connection, n);
            }
            return null;
          }
        };
    try (ExecutorService clients = Executors.newFixedThreadPool(connections)) {
      List<Future<Void>> running = new ArrayList<>();
      long start = System.nanoTime();
      for (int i = 0; i < connections; i++) {
        running.add(clients.submit(client));
      }
      for (Future<Void> one : running) {
        one.get();
      }
      return count / ((System.nanoTime() - start) / 1e9);
    }
  }
}
