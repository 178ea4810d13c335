package penstock.redis.embedded;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * A server on a data directory, one for each directory and JVM: kept when the application is
 * started again in the same JVM, as on a live reload; ended with the JVM.
 */
final class EmbeddedRedis {

  private static final Logger LOG = Logger.getLogger(EmbeddedRedis.class);

  private static final int NOT_THIS_PORT = 6379;
  private static final int PORT_ATTEMPTS = 10;

  /** Reading a large append-only file takes a while. */
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private static final List<String> OPTIONS =
      List.of(
          "--appendonly",
          "yes",
          "--appendfsync",
          "everysec",
          "--save",
          "",
          "--maxmemory-policy",
          "noeviction");

  private EmbeddedRedis() {}

  /**
   * The server of the directory; started if it does not run. Blocks until it has read its data.
   *
   * @param path where a server's binary is looked for first, as the environment's PATH
   * @return its port on loopback
   * @throws IOException if there is none that can run, or the directory is in use; the message says
   *     what to do
   */
  static int start(Path directory, String path) throws IOException {
    Path where = directory.toAbsolutePath().normalize();
    Files.createDirectories(where);
    where = where.toRealPath();
    String name = "penstock.redis.embedded.running@" + where;
    synchronized (System.getProperties()) {
      // Only classes of the JDK, since those of the application are other ones after a live reload.
      if (System.getProperties().get(name) instanceof Map<?, ?> kept
          && kept.get("server") instanceof ProcessHandle server
          && kept.get("port") instanceof Integer port) {
        // Not its supervisor, which lives a moment longer.
        if (server.isAlive()) {
          LOG.infof("redis embedded: kept port=%d directory=%s", port, where);
          return port;
        }
        if (kept.get("lock") instanceof FileChannel lock) {
          lock.close();
        }
      }
      FileChannel lock = DataDirectory.lock(where);
      boolean started = false;
      try {
        DataDirectory.awaitLeftover(where);
        ServerProcess server = launch(where, path);
        System.getProperties()
            .put(
                name,
                Map.of(
                    "server",
                    server.handle(),
                    // Kept, for its pipe would be closed with it, which ends the server.
                    "supervisor",
                    server.supervisor(),
                    "port",
                    server.port(),
                    "lock",
                    lock));
        started = true;
        return server.port();
      } finally {
        if (!started) {
          lock.close();
        }
      }
    }
  }

  private static ServerProcess launch(Path directory, String path) throws IOException {
    Optional<ServerBinary> found = ServerBinary.find(path, directory);
    if (found.isEmpty()) {
      throw new IOException(
          "there is no redis-server or valkey-server of version 6.2 or newer on the PATH, and none for this system in"
              + " the jar. Install one, or give the address of a Redis with QUARKUS_REDIS_HOSTS");
    }
    ServerBinary binary = found.get();
    if (Files.isDirectory(directory.resolve("appendonlydir"))
        && !binary.version().readsAppendOnlyDirectory()) {
      throw new IOException(
          "the data in "
              + directory
              + " was written by Redis 7 or newer, which "
              + binary.path()
              + " ("
              + binary.version()
              + ") does not read. Put a newer redis-server on the PATH, or remove the directory with all its data");
    }
    for (int attempt = 0; attempt < PORT_ATTEMPTS; attempt++) {
      int port = ServerProcess.freePort();
      if (port != NOT_THIS_PORT) {
        Optional<ServerProcess> server;
        try {
          server = ServerProcess.start(binary, directory, port, OPTIONS, PATIENCE);
        } catch (IOException e) {
          throw new IOException(binary.path() + " did not start: " + e.getMessage(), e);
        }
        if (server.isPresent()) {
          LOG.infof(
              "redis embedded: started port=%d pid=%d version=%s binary=%s (%s) directory=%s",
              port,
              server.get().pid(),
              binary.version(),
              binary.path(),
              binary.origin(),
              directory);
          return server.get();
        }
      }
    }
    throw new IOException("no free port on loopback after " + PORT_ATTEMPTS + " attempts");
  }
}
