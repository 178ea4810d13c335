package penstock.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import penstock.PackagedApplication;
import penstock.Patience;

/**
 * Penstock with a bean of its user's, packaged as the documentation says: the class is put into
 * {@code src/main/java} of a copy, and that is built. Nothing is fetched for it that was not there
 * for the build before. A native executable would take minutes to build: the one that is tested is
 * built with {@code example.TicketSync} in it from the start (see docs/testing.md).
 */
final class ExtendedApplication {

  private static final Path DIRECTORY = Path.of("target", "cluster", "extended");
  private static final List<String> BUILT_FROM = List.of("pom.xml", ".mvn", "src/main");

  private ExtendedApplication() {}

  /**
   * Builds it, unless an executable is tested; tells where it is.
   *
   * @param source a class, below {@code src/test/java}
   */
  static Path with(Path source) {
    if (PackagedApplication.isNative()) {
      return PackagedApplication.DIRECTORY;
    }
    try {
      for (String part : BUILT_FROM) {
        copy(Path.of(part), DIRECTORY.resolve(part));
      }
      copy(
          Path.of("src", "test", "java").resolve(source),
          DIRECTORY.resolve(Path.of("src", "main", "java")).resolve(source));
      Path log = DIRECTORY.resolve("build.log");
      Process build =
          new ProcessBuilder(
                  Path.of("mvnw").toAbsolutePath().toString(),
                  "-o",
                  "-B",
                  "-q",
                  "-f",
                  DIRECTORY.resolve("pom.xml").toString(),
                  "-Dmaven.test.skip=true",
                  "package")
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      if (!build.waitFor(Patience.LIMIT.multipliedBy(3).toSeconds(), TimeUnit.SECONDS)
          || build.exitValue() != 0) {
        build.destroyForcibly();
        throw new IllegalStateException("it is not built: " + Files.readString(log));
      }
      return DIRECTORY.resolve(Path.of("target", "quarkus-app")).toAbsolutePath();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Path copy = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(copy);
        } else {
          Files.createDirectories(copy.getParent());
          Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
        }
      }
    }
  }
}
