package penstock.redis.embedded;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;

/** Where a server keeps its data; held by one process at a time. */
final class DataDirectory {

  private static final Logger LOG = Logger.getLogger(DataDirectory.class);

  private static final Duration SHUTDOWN = Duration.ofSeconds(10);

  private DataDirectory() {}

  static Path pidFile(Path directory) {
    return directory.resolve("redis.pid");
  }

  /**
   * Creates the directory if need be and locks it.
   *
   * @return holds the lock until it is closed or this process ends
   * @throws IOException if another process holds it
   */
  static FileChannel lock(Path directory) throws IOException {
    Files.createDirectories(directory);
    FileChannel file =
        FileChannel.open(
            directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    boolean locked = false;
    try {
      locked = file.tryLock() != null;
    } catch (OverlappingFileLockException heldByThisProcess) {
      // as if another had it
    } finally {
      if (!locked) {
        file.close();
      }
    }
    if (!locked) {
      throw new IOException(
          "the data directory "
              + directory
              + " is in use by another process. Stop that one, or give this one a directory of its own with"
              + " penstock.redis.embedded.directory, or the address of a Redis with QUARKUS_REDIS_HOSTS");
    }
    return file;
  }

  /**
   * Waits for the server of a parent that was killed, which may still be shutting down, and kills
   * it if it takes too long. Only for the holder of the lock.
   */
  static void awaitLeftover(Path directory) throws IOException {
    Optional<ProcessHandle> leftover = leftover(directory);
    if (leftover.isEmpty()) {
      return;
    }
    ProcessHandle server = leftover.get();
    LOG.infof(
        "redis leftover: waiting for the end of a server on the data directory: pid=%d",
        server.pid());
    try {
      server.onExit().get(SHUTDOWN.toMillis() / 2, TimeUnit.MILLISECONDS);
    } catch (TimeoutException stillThere) {
      server.destroy();
      awaitOrKill(server);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while an older server ended", e);
    } catch (ExecutionException e) {
      throw new IOException(e);
    }
  }

  private static void awaitOrKill(ProcessHandle server) throws IOException {
    try {
      server.onExit().get(SHUTDOWN.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException stuck) {
      LOG.warnf("redis leftover: killed a server that does not end: pid=%d", server.pid());
      server.destroyForcibly();
      server.onExit().join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while an older server ended", e);
    } catch (ExecutionException e) {
      throw new IOException(e);
    }
  }

  /**
   * The live process that the pid file names, if it really is a server on this directory and no
   * later process.
   */
  private static Optional<ProcessHandle> leftover(Path directory) throws IOException {
    Path file = pidFile(directory);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    String pid = Files.readString(file).strip();
    if (!pid.matches("\\d{1,18}")) {
      return Optional.empty();
    }
    return ProcessHandle.of(Long.parseLong(pid)).filter(process -> isServerOn(directory, process));
  }

  private static boolean isServerOn(Path directory, ProcessHandle process) {
    boolean server =
        process
            .info()
            .command()
            .map(command -> Path.of(command).getFileName().toString())
            .filter(name -> name.startsWith("redis") || name.startsWith("valkey"))
            .isPresent();
    if (!server) {
      return false;
    }
    try {
      return Path.of("/proc", Long.toString(process.pid()), "cwd")
          .toRealPath()
          .equals(directory.toRealPath());
    } catch (IOException noProc) {
      return true;
    }
  }
}
