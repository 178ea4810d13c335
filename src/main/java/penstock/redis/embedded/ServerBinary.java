package penstock.redis.embedded;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A server binary that can be started here.
 *
 * @param origin where it was found, for people
 */
public record ServerBinary(Path path, ServerVersion version, String origin) {

  private static final List<String> NAMES = List.of("redis-server", "valkey-server");

  private static final int ANSWER_SECONDS = 10;

  /**
   * One on the PATH of version 6.2 or newer, else the bundled one.
   *
   * @param path what the environment calls PATH
   * @param extractTo where the bundled binary is put
   */
  public static Optional<ServerBinary> find(String path, Path extractTo) throws IOException {
    for (String directory : path.split(File.pathSeparator)) {
      for (String name : NAMES) {
        if (!directory.isEmpty()) {
          Optional<ServerBinary> found = usable(Path.of(directory, name), "PATH");
          if (found.isPresent()) {
            return found;
          }
        }
      }
    }
    Optional<Path> bundled = BundledBinary.extract(extractTo);
    return bundled.isPresent() ? usable(bundled.get(), "bundled") : Optional.empty();
  }

  private static Optional<ServerBinary> usable(Path path, String origin) throws IOException {
    if (!Files.isRegularFile(path) || !Files.isExecutable(path)) {
      return Optional.empty();
    }
    return version(path)
        .filter(version -> version.isAtLeast(6, 2))
        .map(version -> new ServerBinary(path, version, origin));
  }

  /** Empty if it does not run here or does not say. */
  private static Optional<ServerVersion> version(Path path) throws IOException {
    Process asked;
    try {
      asked = new ProcessBuilder(path.toString(), "--version").redirectErrorStream(true).start();
    } catch (IOException notRunnable) {
      return Optional.empty();
    }
    try {
      asked.getOutputStream().close();
      String output = new String(asked.getInputStream().readNBytes(4096), StandardCharsets.UTF_8);
      if (!asked.waitFor(ANSWER_SECONDS, TimeUnit.SECONDS)) {
        asked.destroyForcibly();
      }
      return ServerVersion.printed(output);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while asking " + path + " for its version", e);
    }
  }
}
