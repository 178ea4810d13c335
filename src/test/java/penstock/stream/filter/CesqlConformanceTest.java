package penstock.stream.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cloudevents.sql.EvaluationException;
import io.cloudevents.sql.ParseException;
import io.cloudevents.sql.Parser;
import io.cloudevents.sql.Result;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.representer.Representer;
import org.yaml.snakeyaml.resolver.Resolver;
import penstock.event.Event;
import penstock.event.EventData;

/**
 * The conformance tests of CESQL's specification (see NOTICE beside them), on events as Penstock
 * hands them to the library.
 */
class CesqlConformanceTest {

  private static final Path FILES = Path.of("src/test/resources/cesql_tck");

  /** Those that the library does not meet, and why. */
  private static final Map<String, String> UNMET =
      Map.of(
          "Binary logical operations: AND operator is NOT short circuit evaluated when the first operand evaluates to true",
          "it reports the error, but goes on with 0 for 1 / 0, where the whole should be false",
          "Binary logical operations: OR operator is NOT short circuit evaluated when the first operand evaluates to false",
          "it reports the error, but goes on with 0 for 1 / 0, where the whole should be false",
          "Not operator: Invalid int cast",
          "it casts an integer to a boolean without an error");

  private record Case(
      String expression,
      @Nullable Object result,
      @Nullable String error,
      Map<String, Object> attributes) {}

  static Stream<Arguments> cases() throws IOException {
    List<Arguments> cases = new ArrayList<>();
    try (Stream<Path> files = Files.list(FILES)) {
      for (Path file : files.filter(one -> one.toString().endsWith(".yaml")).sorted().toList()) {
        Map<String, Object> suite;
        try (InputStream in = Files.newInputStream(file)) {
          suite = yaml().load(in);
        }
        for (Map<String, Object> one : members(suite)) {
          String name = suite.get("name") + ": " + one.get("name");
          cases.add(Arguments.of(Named.of(name, read(one)), name));
        }
      }
    }
    return cases.stream();
  }

  /** Times stay texts, as in events. */
  private static Yaml yaml() {
    var options = new LoaderOptions();
    var dumping = new DumperOptions();
    return new Yaml(
        new SafeConstructor(options),
        new Representer(dumping),
        dumping,
        options,
        new Resolver() {
          @Override
          public void addImplicitResolver(Tag tag, Pattern regexp, String first, int limit) {
            if (!tag.equals(Tag.TIMESTAMP)) {
              super.addImplicitResolver(tag, regexp, first, limit);
            }
          }
        });
  }

  @SuppressWarnings("unchecked")
  private static List<Map<String, Object>> members(Map<String, Object> suite) {
    return (List<Map<String, Object>>) suite.get("tests");
  }

  @SuppressWarnings("unchecked")
  private static Case read(Map<String, Object> one) {
    var attributes = new HashMap<String, Object>();
    if (one.get("event") instanceof Map<?, ?> event) {
      attributes.putAll((Map<String, Object>) event);
    } else {
      attributes.putAll(Map.of("specversion", "1.0", "id", "1", "source", "/tck", "type", "tck"));
      if (one.get("eventOverrides") instanceof Map<?, ?> overrides) {
        attributes.putAll((Map<String, Object>) overrides);
      }
    }
    return new Case(
        one.get("expression").toString(), one.get("result"), (String) one.get("error"), attributes);
  }

  private static Event event(Map<String, Object> attributes) {
    var extensions = new TreeMap<>(attributes);
    List.of(
            "specversion",
            "id",
            "source",
            "type",
            "subject",
            "time",
            "datacontenttype",
            "dataschema",
            "data")
        .forEach(extensions::remove);
    return new Event(
        attributes.get("id").toString(),
        attributes.get("source").toString(),
        attributes.get("type").toString(),
        text(attributes, "subject"),
        text(attributes, "time"),
        text(attributes, "datacontenttype"),
        text(attributes, "dataschema"),
        extensions,
        new EventData.None());
  }

  private static @Nullable String text(Map<String, Object> attributes, String name) {
    Object value = attributes.get(name);
    return value == null ? null : value.toString();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void meetsTheSpecification(Case one, String name) {
    if (UNMET.containsKey(name)) {
      // When the library does meet it, this shows that the entry can go.
      assertThatThrownBy(() -> check(one)).as(UNMET.get(name)).isInstanceOf(AssertionError.class);
    } else {
      check(one);
    }
  }

  private static void check(Case one) {
    if ("parse".equals(one.error())) {
      assertThatThrownBy(() -> Parser.parseDefault(one.expression()))
          .isInstanceOf(ParseException.class);
      return;
    }
    Result found =
        Parser.parseDefault(one.expression())
            .evaluate(new ContextAttributes(event(one.attributes())));
    if (one.error() == null) {
      assertThat(found.causes()).isEmpty();
    } else {
      assertThat(found.causes().stream().map(EvaluationException::getKind).map(Enum::name))
          .contains(one.error().replaceAll("([A-Z])", "_$1").toUpperCase(Locale.ROOT));
    }
    if (one.result() != null) {
      assertThat(found.value()).isEqualTo(one.result());
    }
  }
}
