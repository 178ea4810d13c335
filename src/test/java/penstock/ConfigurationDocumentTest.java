package penstock;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Holds docs/configuration.md against the sources. */
class ConfigurationDocumentTest {

  private static final Path SOURCES = Path.of("src", "main", "java");
  private static final Path PROPERTIES =
      Path.of("src", "main", "resources", "application.properties");
  private static final Pattern ROW = Pattern.compile("(?m)^\\| `(penstock\\.[^`]+)` \\|");
  private static final Pattern FRAMEWORK =
      Pattern.compile("(?m)^\\| `(quarkus\\.[^`]+)` \\| (?:`([^`]*)`)? *\\|");
  private static final Pattern SINGLE =
      Pattern.compile("@ConfigProperty\\(\\s*name = \"(penstock\\.[^\"]+)\"");
  private static final Pattern MENTION =
      Pattern.compile("`-?D?(penstock\\.(?:[a-z-]+|<name>)(?:\\.(?:[a-z-]+|<name>))+)[=`]");

  private static <T> Set<T> all(Pattern pattern, String text, Function<MatchResult, T> what) {
    var found = new TreeSet<T>();
    pattern.matcher(text).results().map(what).forEach(found::add);
    return found;
  }

  @Test
  void thePageIsWhatTheSourcesSay() throws Exception {
    assertThat(Files.readString(ConfigurationReference.PAGE))
        .as("after a change of a setting: run ConfigurationReference, see docs/testing.md")
        .isEqualTo(ConfigurationReference.page());
  }

  @Test
  void everySettingIsInThePageOnce() throws IOException {
    String page = Files.readString(ConfigurationReference.PAGE);
    assertThat(ROW.matcher(page).results().map(row -> row.group(1)))
        .doesNotHaveDuplicates()
        .hasSizeGreaterThan(60)
        .contains("penstock.streams.<name>.retention.max-age", "penstock.redis.embedded");
    try (Stream<Path> sources = Files.walk(SOURCES)) {
      for (Path source : sources.filter(path -> path.toString().endsWith(".java")).toList()) {
        String text = Files.readString(source);
        if (text.contains("@ConfigMapping(")) {
          assertThat(source.getFileName().toString()).as("to be found").endsWith("Config.java");
        }
        assertThat(all(ROW, page, row -> row.group(1)))
            .as("%s", source)
            .containsAll(all(SINGLE, text, row -> row.group(1)));
      }
    }
  }

  /** Other pages tell of settings too. */
  @Test
  void whatIsMentionedExists() throws IOException {
    Set<String> known =
        all(ROW, Files.readString(ConfigurationReference.PAGE), row -> row.group(1));
    try (Stream<Path> pages =
        Stream.concat(Stream.of(Path.of("README.md")), Files.walk(Path.of("docs")))) {
      for (Path page : pages.filter(path -> path.toString().endsWith(".md")).toList()) {
        assertThat(known)
            .as("%s", page)
            .containsAll(all(MENTION, Files.readString(page), row -> row.group(1)));
      }
    }
  }

  @Test
  void whatPenstockSetsOfTheFrameworkIsTold() throws IOException {
    Properties set = new Properties();
    try (var in = Files.newBufferedReader(PROPERTIES, StandardCharsets.UTF_8)) {
      set.load(in);
    }
    Map<String, String> told = new TreeMap<>();
    FRAMEWORK
        .matcher(Files.readString(ConfigurationReference.PAGE))
        .results()
        .forEach(row -> told.put(row.group(1), row.group(2)));
    assertThat(told).hasSizeGreaterThan(10);
    told.forEach(
        (name, value) ->
            assertThat(set.getProperty(name, set.getProperty("%prod." + name)))
                .as(name)
                .isEqualTo(value));
  }
}
