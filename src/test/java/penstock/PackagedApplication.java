package penstock;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * What was packaged, and how it is started: the jar on this JVM, or, where the property {@code
 * penstock.test.executable} names one, the native executable. Every integration test starts the
 * service by this, so that one switch has all of them run against either.
 */
public final class PackagedApplication {

  /** What {@code ./mvnw package} makes. */
  public static final Path DIRECTORY = Path.of("target", "quarkus-app").toAbsolutePath();

  private static final Optional<Path> EXECUTABLE =
      Optional.ofNullable(System.getProperty("penstock.test.executable"))
          .filter(named -> !named.isBlank())
          .map(named -> Path.of(named).toAbsolutePath());

  private static final boolean FOR_IMAGES = Boolean.getBoolean("penstock.test.image");

  /** Of every JVM, before what a test wants of its own: that comes last, and counts. */
  private static final List<String> JVM =
      Stream.of(System.getProperty("test.jvm", "").split(" "))
          .filter(option -> !option.isBlank())
          .toList();

  private PackagedApplication() {}

  /** Whether the native executable is what is tested. */
  public static boolean isNative() {
    return EXECUTABLE.isPresent();
  }

  /**
   * Whether it was packaged with {@code -Dimage}, by the property {@code penstock.test.image}: then
   * it has health and metrics on a port of their own, and no embedded Redis.
   */
  public static boolean isForImages() {
    return FOR_IMAGES;
  }

  /**
   * The command that starts it.
   *
   * @param application {@link #DIRECTORY}, or a copy of it that was changed, which is always run on
   *     a JVM: there is no class file to change in an executable
   * @param options of the JVM; of these an executable is given its bounds of memory
   * @param config by name of the property
   */
  public static List<String> command(
      Path application, List<String> options, Map<String, String> config) {
    boolean changed = !application.toAbsolutePath().equals(DIRECTORY);
    List<String> command = new ArrayList<>();
    if (EXECUTABLE.isEmpty() || changed) {
      Path jar = existing(application.resolve("quarkus-run.jar"));
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      command.addAll(JVM);
      command.addAll(options);
      addProperties(command, config);
      command.add("-jar");
      command.add(jar.toString());
    } else {
      command.add(existing(EXECUTABLE.get()).toString());
      options.stream().filter(option -> option.startsWith("-Xm")).forEach(command::add);
      addProperties(command, config);
    }
    return command;
  }

  /**
   * Runs the command that asks an instance on this machine whether it is ready.
   *
   * @param config by name of the property, such as its port
   * @return how the command exits: 0 if it is
   */
  public static int health(Map<String, String> config) throws IOException, InterruptedException {
    List<String> command = command(DIRECTORY, List.of(), config);
    command.add("health");
    Process asking =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    if (!asking.waitFor(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS)) {
      throw new IllegalStateException("the health command does not end");
    }
    return asking.exitValue();
  }

  private static Path existing(Path file) {
    if (!Files.exists(file)) {
      throw new IllegalStateException("not packaged: " + file);
    }
    return file;
  }

  private static void addProperties(List<String> command, Map<String, String> config) {
    config.forEach((name, value) -> command.add("-D" + name + "=" + value));
  }
}
