package penstock.fuzz;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * A class that is fuzzed: its method {@code fuzzerTestOneInput} is given any bytes, and throws if
 * what must hold of them does not. Its corpus is {@code src/test/fuzz/<its name>}: a file for each
 * input that is worth being tried in every build, among them all that once failed.
 */
record FuzzTarget(String name) {

  private static final Path CORPORA = Path.of("src", "test", "fuzz");
  private static final Path TESTS = Path.of("src", "test", "java");
  private static final String ENDING = "Fuzz.java";

  /** All there are, by their corpora. */
  static List<FuzzTarget> all() {
    return list(CORPORA).map(corpus -> new FuzzTarget(corpus.getFileName().toString())).toList();
  }

  /** The names of all classes that end as such a class does. */
  static List<String> classes() throws IOException {
    try (Stream<Path> files = Files.walk(TESTS)) {
      return files
          .map(file -> TESTS.relativize(file).toString())
          .filter(file -> file.endsWith(ENDING))
          .map(file -> file.substring(0, file.length() - ".java".length()).replace('/', '.'))
          .sorted()
          .toList();
    }
  }

  Path corpus() {
    return CORPORA.resolve(name);
  }

  List<Path> inputs() {
    return list(corpus()).toList();
  }

  /** Gives the input to the class; throws what it throws. */
  void run(byte[] input) throws Throwable {
    MethodHandle method =
        MethodHandles.publicLookup()
            .findStatic(
                Class.forName(name),
                "fuzzerTestOneInput",
                MethodType.methodType(void.class, byte[].class));
    method.invokeExact(input);
  }

  private static Stream<Path> list(Path directory) {
    try (Stream<Path> files = Files.list(directory)) {
      return files.sorted().toList().stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
