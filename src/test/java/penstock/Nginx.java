package penstock;

import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static penstock.Patience.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import org.jboss.logging.Logger;

/**
 * Debian's nginx before a service, as {@code deployment/nginx/penstock.conf} has it. Where it is
 * not installed, what needs it is skipped and says so.
 */
final class Nginx implements AutoCloseable {

  private static final Logger LOG = Logger.getLogger(Nginx.class);
  private static final Path PROGRAM = Path.of("/usr/sbin/nginx");
  private static final Path CONFIGURATION = Path.of("deployment", "nginx", "penstock.conf");

  /** What surrounds the file on a server. */
  private static final String AROUND =
      """
      daemon off;
      master_process off;
      pid nginx.pid;
      error_log stderr;
      events { worker_connections 256; }
      http {
        access_log off;
        client_body_temp_path body;
        proxy_temp_path proxy;
        fastcgi_temp_path fastcgi;
        uwsgi_temp_path uwsgi;
        scgi_temp_path scgi;
      %s}
      """;

  private final Process process;
  private final int port;

  private Nginx(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  static void assumeInstalled() {
    boolean installed = Files.isExecutable(PROGRAM);
    if (!installed) {
      LOG.warnf("SKIPPED: no nginx at %s", PROGRAM);
    }
    assumeTrue(installed, "no nginx");
  }

  /**
   * Starts one and waits until it listens.
   *
   * @param directory that is made for it
   * @param change of the file, beside the ports
   */
  static Nginx start(Path directory, int service, UnaryOperator<String> change) throws IOException {
    Files.createDirectory(directory);
    int port = Ports.free();
    String file =
        replace(
            replace(
                change.apply(Files.readString(CONFIGURATION)),
                "server 127.0.0.1:8080;",
                "server 127.0.0.1:" + service + ";"),
            "listen 8000;",
            "listen 127.0.0.1:" + port + ";");
    Path configuration = Files.writeString(directory.resolve("nginx.conf"), AROUND.formatted(file));
    Process process =
        new ProcessBuilder(
                PROGRAM.toString(),
                "-e",
                "stderr",
                "-p",
                directory.toString(),
                "-c",
                configuration.toString())
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("log").toFile())
            .start();
    var nginx = new Nginx(process, port);
    try {
      await().until(() -> !process.isAlive() || nginx.listens());
      if (!process.isAlive()) {
        throw new IllegalStateException(
            "nginx ended: " + Files.readString(directory.resolve("log")));
      }
      return nginx;
    } catch (RuntimeException failed) {
      nginx.close();
      throw failed;
    }
  }

  /** The same text, with another in the place of one that must be there. */
  static String replace(String file, String line, String by) {
    if (!file.contains(line)) {
      throw new IllegalArgumentException("not in " + CONFIGURATION + ": " + line);
    }
    return file.replace(line, by);
  }

  private boolean listens() {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException notYet) {
      return false;
    }
  }

  int port() {
    return port;
  }

  String uri() {
    return "http://127.0.0.1:" + port;
  }

  @Override
  public void close() {
    process.destroy();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
