package penstock.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A port of this machine that leads to an address elsewhere, a connection there for each one here:
 * for clients that know ports only. What befalls the one befalls the other.
 */
final class Relay implements AutoCloseable {

  private static final int CONNECT_MILLIS = 5_000;
  private static final int BACKLOG = 512;

  private final InetSocketAddress target;
  private final ServerSocket listener;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();

  Relay(String host, int port) {
    target = new InetSocketAddress(host, port);
    try {
      listener = new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofPlatform().daemon().name("relay").start(this::accept);
  }

  int port() {
    return listener.getLocalPort();
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        Thread.ofVirtual().start(() -> pass(client));
      } catch (IOException e) {
        close();
      }
    }
  }

  /** A refused connection is a lost one to the client, which is a failure just the same. */
  private void pass(Socket client) {
    open.add(client);
    try (client;
        Socket server = new Socket()) {
      client.setTcpNoDelay(true);
      server.setTcpNoDelay(true);
      server.connect(target, CONNECT_MILLIS);
      Thread back = Thread.ofVirtual().start(() -> copy(server, client));
      copy(client, server);
      back.join();
    } catch (IOException | InterruptedException ended) {
      // As connections do.
    } finally {
      open.remove(client);
    }
  }

  private static void copy(Socket from, Socket to) {
    try {
      from.getInputStream().transferTo(to.getOutputStream());
      to.shutdownOutput();
    } catch (IOException broken) {
      try {
        from.close();
        to.close();
      } catch (IOException gone) {
        // It is of no use any more.
      }
    }
  }

  @Override
  public void close() {
    try {
      listener.close();
      for (Socket client : open) {
        client.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
