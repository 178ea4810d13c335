package penstock.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What faults rely on: they are believed to have lost what a proxy swallowed. */
class FaultyProxyTest {

  private static final int ROUNDS = 300;

  /**
   * A connection that comes at the moment at which a listener is closed may be left without another
   * end and without a word: nothing is heard on it either.
   */
  private static final int SILENCE_MILLIS = 5_000;

  /** A replica that was cut off connects again as soon as it is let go. */
  @Test
  void whatIsSwallowedStaysSoWhenItIsClosed() throws Exception {
    var heard = new AtomicInteger();
    try (ServerSocket server = new ServerSocket(0, 128, InetAddress.getLoopbackAddress())) {
      Thread.ofVirtual().start(() -> greet(server));
      for (int round = 0; round < ROUNDS; round++) {
        Thread client;
        try (FaultyProxy proxy = new FaultyProxy(server.getLocalPort())) {
          proxy.swallow(true, new Random());
          Socket cutOff = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
          client = Thread.ofPlatform().start(() -> connectAgain(cutOff, heard));
        }
        client.join();
      }
    }
    assertThat(heard).hasValue(0);
  }

  private static void greet(ServerSocket server) {
    try {
      while (true) {
        try (Socket client = server.accept()) {
          client.getOutputStream().write('!');
        }
      }
    } catch (IOException closed) {
      // The test is over.
    }
  }

  private static void connectAgain(Socket cutOff, AtomicInteger heard) {
    try (cutOff) {
      for (Socket socket = cutOff;
          ;
          socket = new Socket(InetAddress.getLoopbackAddress(), cutOff.getPort())) {
        try (Socket each = socket) {
          each.setSoTimeout(SILENCE_MILLIS);
          if (each.getInputStream().read() >= 0) {
            heard.incrementAndGet();
          }
        }
      }
    } catch (IOException refusedOrSilent) {
      // There is no proxy any more.
    }
  }
}
