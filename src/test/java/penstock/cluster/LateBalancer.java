package penstock.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Hands each connection to one of the instances in turn, as a Service of Kubernetes does: whole
 * connections, no requests, and nothing is tried again elsewhere. That an instance goes it learns
 * late; until then it hands connections to it.
 */
final class LateBalancer implements AutoCloseable {

  private static final int BACKLOG = 512;

  private final ServerSocket listening;
  private final Duration late;
  private final List<Integer> instances = new CopyOnWriteArrayList<>();
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final AtomicInteger turn = new AtomicInteger();
  private final ScheduledExecutorService news =
      Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().daemon().factory());

  /**
   * @param late after what time it stops to use an instance that goes
   */
  LateBalancer(Duration late) {
    this.late = late;
    try {
      listening = new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofVirtual().name("balancer").start(this::accept);
  }

  int port() {
    return listening.getLocalPort();
  }

  URI uri() {
    return URI.create("http://127.0.0.1:" + port());
  }

  /** An instance is ready: it is used at once. */
  void ready(int port) {
    instances.add(port);
  }

  /** An instance goes: it is used for as long as this is late. */
  void leaves(int port) {
    news.schedule(
        () -> instances.remove(Integer.valueOf(port)), late.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Whether it knows of just one instance, or none. */
  boolean knowsOfOne() {
    return instances.size() < 2;
  }

  private void accept() {
    while (!listening.isClosed()) {
      try {
        Socket client = listening.accept();
        open.add(client);
        Thread.ofVirtual().start(() -> connect(client));
      } catch (IOException closed) {
        // The loop sees whether it is to end.
      }
    }
  }

  private void connect(Socket client) {
    List<Integer> known = List.copyOf(instances);
    try {
      int port = known.get(Math.floorMod(turn.getAndIncrement(), known.size()));
      Socket instance = new Socket(InetAddress.getLoopbackAddress(), port);
      open.add(instance);
      instance.setTcpNoDelay(true);
      client.setTcpNoDelay(true);
      Thread back = Thread.ofVirtual().start(() -> pass(instance, client));
      pass(client, instance);
      back.join();
      close(instance);
    } catch (IOException refused) {
      // As the client of a Service sees it: the connection ends without an answer.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    close(client);
  }

  /** One way of a connection, until it ends; if by a fault, the other way ends too. */
  private void pass(Socket from, Socket to) {
    try {
      from.getInputStream().transferTo(to.getOutputStream());
      to.shutdownOutput();
    } catch (IOException broken) {
      close(from);
      close(to);
    }
  }

  private void close(Socket socket) {
    open.remove(socket);
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    news.shutdownNow();
    try {
      listening.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    open.forEach(this::close);
  }
}
