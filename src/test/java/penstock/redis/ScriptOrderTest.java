package penstock.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What a script refuses it refuses before its first write, since Redis keeps what a script wrote
 * before it failed. Read from the text: functions count as writes where they are called.
 */
class ScriptOrderTest {

  private static final Path SCRIPTS = Path.of("src", "main", "resources", "lua");

  /** Whatever is not known to read only. */
  private static final Pattern WRITE =
      Pattern.compile(
          "redis\\.p?call\\('(?!(EXISTS|GET|HGET|HGETALL|HKEYS|HMGET|HVALS|INFO|LINDEX|LLEN|LRANGE|PTTL|TIME|XINFO|XLEN"
              + "|XPENDING|XRANGE|XREVRANGE|ZCARD|ZCOUNT|ZMSCORE|ZRANGE|ZRANGEBYLEX|ZRANGEBYSCORE|ZSCORE)')");

  private static final Pattern FUNCTION =
      Pattern.compile("local function (\\w+)\\(.*?\nend\n", Pattern.DOTALL);

  private static final String REFUSAL = "redis.error_reply";

  /** A branch of the script itself, behind which nothing of it runs. */
  private static final Pattern ENDING_BRANCH =
      Pattern.compile(
          "^if (?:(?!^end$).)*^  return [^\n]*\nend$", Pattern.DOTALL | Pattern.MULTILINE);

  /** A write of a commit that fails is noted in the view, and reported. */
  private static final Set<String> REPORTS_ITS_OWN_WRITES = Set.of("commit");

  static List<Path> scripts() throws IOException {
    return files(SCRIPTS);
  }

  static List<Path> parts() throws IOException {
    return files(SCRIPTS.resolve("part"));
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(".lua")).sorted().toList();
    }
  }

  private static String code(Path file) throws IOException {
    return Files.readString(file).replaceAll("--[^\n]*", "");
  }

  @ParameterizedTest
  @MethodSource("scripts")
  void refusesBeforeItWrites(Path script) throws IOException {
    Set<String> writers = writersOfParts();
    String body = withoutFunctions(code(script), writers);
    assertThat(lateRefusals(body, writers)).isZero();
  }

  @ParameterizedTest
  @MethodSource("parts")
  void functionsRefuseBeforeTheyWrite(Path part) throws IOException {
    var function = FUNCTION.matcher(code(part));
    while (function.find()) {
      Set<String> writers = writersOfParts();
      String text = function.group();
      String body = text.substring(text.indexOf('\n') + 1, text.length() - "end\n".length());
      int late = lateRefusals(withoutFunctions(body.indent(-2), writers), writers);
      boolean reports = REPORTS_ITS_OWN_WRITES.contains(function.group(1));
      assertThat(late).as(function.group(1)).isEqualTo(reports ? 1 : 0);
    }
  }

  private static Set<String> writersOfParts() throws IOException {
    Set<String> writers = new HashSet<>();
    for (Path part : files(SCRIPTS.resolve("part"))) {
      withoutFunctions(code(part), writers);
    }
    return writers;
  }

  /** Refusals behind a write; what a branch wrote that ends with a return is not behind it. */
  private static int lateRefusals(String body, Set<String> writers) {
    int late = 0;
    var branch = ENDING_BRANCH.matcher(body);
    while (branch.find()) {
      if (first(branch.group(), writers) < Integer.MAX_VALUE) {
        String rest = body.substring(0, branch.start()) + body.substring(branch.end());
        return lateRefusals(branch.group().replaceFirst("if", "IF"), writers)
            + lateRefusals(rest, writers);
      }
    }
    int written = first(body, writers);
    for (int at = body.indexOf(REFUSAL); at >= 0; at = body.indexOf(REFUSAL, at + 1)) {
      late += at > written ? 1 : 0;
    }
    return late;
  }

  /** The text that runs first; the names of the functions that write are added to those known. */
  private static String withoutFunctions(String code, Set<String> writers) {
    return FUNCTION
        .matcher(code)
        .replaceAll(
            function -> {
              if (first(function.group(), writers) < Integer.MAX_VALUE) {
                writers.add(function.group(1));
              }
              return "";
            });
  }

  private static int first(String code, Set<String> writers) {
    var write = WRITE.matcher(code);
    int first = write.find() ? write.start() : Integer.MAX_VALUE;
    for (String writer : writers) {
      int called = code.indexOf(writer + "(");
      first = called < 0 ? first : Math.min(first, called);
    }
    return first;
  }
}
