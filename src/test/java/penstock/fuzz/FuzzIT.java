package penstock.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Jazzer on each {@link FuzzTarget}, in a process of its own since it instruments what it loads:
 * {@code -Dfuzz.seconds} each, beginning with the corpus of the repository and with what earlier
 * runs kept in {@code target/fuzz}. What it finds goes into the corpus, by hand.
 */
class FuzzIT {

  private static final int SECONDS = Integer.getInteger("fuzz.seconds", 8);

  /** To start and to end, on a machine that has other work. */
  private static final int MARGIN_SECONDS = 240;

  /** From here on it pays to compile what was instrumented as well as can be. */
  private static final int SETTLED_SECONDS = 60;

  private static final Path WORK = Path.of("target", "fuzz");

  /**
   * The libraries that targets use, and Jazzer. It reads each class that there is, twice, before it
   * begins: with all libraries of the tests that takes longer than the fuzzing. A target that comes
   * to use another one fails, and names the class that is missing.
   */
  private static final Pattern LIBRARY =
      Pattern.compile(
          "(antlr4-runtime|arc|cloudevents-(api|sql)|jackson-(annotations|core|databind)"
              + "|jakarta\\.ws\\.rs-api|jazzer(-api)?|jboss-logging"
              + "|netty-(buffer|codec|codec-http|codec-http2|common|transport)|penstock"
              + "|quarkus-(core|development-mode-spi|vertx)|vertx-(core|redis-client))-[0-9].*\\.jar");

  /** What they and Jazzer need of the JDK, for the same reason. */
  private static final String MODULES =
      "java.base,java.instrument,java.logging,java.management,java.naming,java.xml"
          + ",jdk.attach,jdk.unsupported";

  /**
   * One input may take this long: the first one loads all classes, on a machine that has other
   * work.
   */
  private static final int INPUT_SECONDS = 120;

  static List<FuzzTarget> targets() {
    return FuzzTarget.all();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("targets")
  void findsNothing(FuzzTarget target) throws IOException, InterruptedException {
    Path work = WORK.resolve(target.name());
    Path corpus = Files.createDirectories(work.resolve("corpus"));
    Path log = work.resolve("log");
    Process process =
        new ProcessBuilder(command(target, work, corpus))
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    try {
      assertThat(process.waitFor(SECONDS + MARGIN_SECONDS, TimeUnit.SECONDS))
          .as("ends: %s", log)
          .isTrue();
      assertThat(process.exitValue()).as(() -> found(log, work)).isZero();
    } finally {
      process.destroyForcibly();
    }
  }

  private static List<String> command(FuzzTarget target, Path work, Path corpus) {
    var command = new ArrayList<String>();
    // Other tests have time limits, this one has not.
    command.addAll(List.of("nice", "-n", "10"));
    command.add(ProcessHandle.current().info().command().orElseThrow());
    command.addAll(List.of("-Xmx600m", "-XX:+UseSerialGC"));
    if (SECONDS < SETTLED_SECONDS) {
      // Three times as many inputs in five seconds, and the rest takes half of the time.
      command.add("-XX:TieredStopAtLevel=1");
    }
    command.addAll(List.of("--limit-modules", MODULES));
    command.addAll(List.of("-cp", classPath()));
    command.add("com.code_intelligence.jazzer.Jazzer");
    command.add("--target_class=" + target.name());
    command.add("--instrumentation_includes=penstock.**:io.cloudevents.sql.**");
    // It breaks Netty's own use of Unsafe; nothing here uses it.
    command.add("--disabled_hooks=com.code_intelligence.jazzer.sanitizers.UnsafeSanitizer");
    command.add("--reproducer_path=" + work);
    command.add("-artifact_prefix=" + work + "/");
    command.add("-timeout=" + INPUT_SECONDS);
    command.add("-max_total_time=" + SECONDS);
    command.add("-print_final_stats=1");
    command.add(corpus.toString());
    command.add(target.corpus().toString());
    return command;
  }

  /** Without JUnit, too, which Jazzer would ask for tests if it found it. */
  private static String classPath() {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(FuzzIT::isUsed)
        .collect(Collectors.joining(File.pathSeparator));
  }

  private static boolean isUsed(String entry) {
    Path place = Path.of(entry);
    return Files.isDirectory(place) || LIBRARY.matcher(place.getFileName().toString()).matches();
  }

  private static String found(Path log, Path work) {
    try {
      return "put the input that is in " + work + " into the corpus:\n" + Files.readString(log);
    } catch (IOException e) {
      return log.toString();
    }
  }
}
