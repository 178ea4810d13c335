package penstock.http;

import static org.assertj.core.api.Assertions.assertThat;
import static penstock.Patience.await;

import io.restassured.RestAssured;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import penstock.PackagedApplication;
import penstock.PackagedService;
import penstock.Tool;
import penstock.redis.RedisServer;

/** Thousands connect and say nothing: others are served, and the service holds as few as it may. */
class SilentConnectionsIT {

  private static final int SOCKETS = 4_000;
  private static final int MOST = 500;
  private static final int BETWEEN_REQUESTS = 200;

  /** What it has open besides, such as files and connections to Redis. */
  private static final int OTHER_FILES = 100;

  private static final long MOST_GROWTH = 8L << 20;

  @TempDir Path directory;

  @Test
  void othersAreServedAndTheOldestGo() throws Exception {
    List<SocketChannel> silent = new ArrayList<>();
    try (var redis = RedisServer.start();
        var service =
            PackagedService.start(
                directory,
                Map.of(
                    "quarkus.redis.hosts", redis.uri(),
                    // What ends them here is that they are many.
                    "penstock.http.header-timeout", "1h",
                    "penstock.http.max-silent-connections", Integer.toString(MOST)),
                "-Xmx128m")) {
      service.awaitReady();
      long files = files(service);
      long heap = heap(service);
      var address = new InetSocketAddress("127.0.0.1", service.port());
      for (int i = 0; i < SOCKETS; i++) {
        SocketChannel socket = SocketChannel.open(address);
        silent.add(socket);
        if (i % 2 == 0) {
          // One byte is no request.
          socket.write(ByteBuffer.wrap(new byte[] {'G'}));
        }
        if (i % BETWEEN_REQUESTS == 0) {
          assertThat(RestAssured.get(service.uri() + "/streams").statusCode()).isEqualTo(200);
        }
      }
      await()
          .untilAsserted(() -> assertThat(files(service)).isLessThan(files + MOST + OTHER_FILES));
      String metrics = RestAssured.get(service.uri() + "/q/metrics").asString();
      assertThat(meter(metrics, "penstock_http_silent_connections")).isBetween(1.0, MOST + 1.0);
      assertThat(meter(metrics, "penstock_http_silent_connections_ended_total"))
          .isGreaterThanOrEqualTo(SOCKETS - MOST - OTHER_FILES);
      long grown = heap(service) - heap;
      System.out.printf(
          "%d silent connections, of which %d may be: %d files more, heap %d KiB more%n",
          SOCKETS, MOST, files(service) - files, grown >> 10);
      assertThat(grown).isLessThan(MOST_GROWTH);

      assertThat(end(silent.getFirst())).as("the oldest has ended").isLessThan(0);
      SocketChannel last = silent.getLast();
      last.write(
          ByteBuffer.wrap(
              "GET /streams HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII)));
      ByteBuffer answer = ByteBuffer.allocate(12);
      while (answer.hasRemaining() && last.read(answer) >= 0) {
        // the first line comes in one piece, as a rule
      }
      assertThat(new String(answer.array(), StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 200");
    } finally {
      for (SocketChannel socket : silent) {
        socket.close();
      }
    }
  }

  private static int end(SocketChannel socket) {
    try {
      return socket.read(ByteBuffer.allocate(1));
    } catch (IOException reset) {
      return -1;
    }
  }

  private static long files(PackagedService service) throws IOException {
    try (Stream<Path> open = Files.list(Path.of("/proc", Long.toString(service.pid()), "fd"))) {
      return open.count();
    }
  }

  /** Bytes of all objects that are reachable; of an executable nobody tells. */
  private static long heap(PackagedService service) {
    if (PackagedApplication.isNative()) {
      return 0;
    }
    String histogram =
        Tool.output(
            Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
            Long.toString(service.pid()),
            "GC.class_histogram");
    return Long.parseLong(
        histogram.substring(histogram.lastIndexOf("Total")).strip().split("\\s+")[2]);
  }

  private static double meter(String metrics, String name) {
    return metrics
        .lines()
        .filter(line -> line.startsWith(name + " ") || line.startsWith(name + "{"))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }
}
