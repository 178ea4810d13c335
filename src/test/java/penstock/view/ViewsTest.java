package penstock.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quarkus.runtime.configuration.ConfigurationException;
import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import penstock.json.JsonPointer;
import penstock.stream.Partition;
import penstock.stream.StreamName;
import penstock.stream.registry.RetentionPolicy;
import penstock.stream.registry.Stream;
import penstock.view.fold.KeyExtractor;
import penstock.view.fold.NumberExtractor;
import penstock.view.fold.Rank;

class ViewsTest {

  private static final StreamName ORDERS = new StreamName("orders");
  private static final Stream STREAM =
      new Stream(
          ORDERS,
          List.of(new Partition(ORDERS, 0)),
          Duration.ofMinutes(2),
          RetentionPolicy.UNLIMITED,
          0,
          Duration.ZERO);

  private static Map<ViewName, ViewDefinition> declare(
      Map<String, String> properties, boolean autoCreate) {
    ViewsConfig config =
        new SmallRyeConfigBuilder()
            .withMapping(ViewsConfig.class)
            .withConverter(Duration.class, 100, new DurationConverter())
            .withSources(new PropertiesConfigSource(properties, "test", 100))
            .build()
            .getConfigMapping(ViewsConfig.class);
    return Views.declare(
        config, name -> name.equals(ORDERS) ? Optional.of(STREAM) : Optional.empty(), autoCreate);
  }

  private static Map<String, String> good() {
    return new HashMap<>(
        Map.of("penstock.views.v.stream", "orders", "penstock.views.v.fold", "count"));
  }

  private static ViewDefinition one(Map<String, String> properties) {
    return declare(properties, false).values().iterator().next();
  }

  @Test
  void takesWhatMakesSense() {
    Map<String, String> properties = good();
    properties.put("penstock.views.v.key", "/a~1b/0");
    properties.put("penstock.views.v.types", "x,y");
    properties.put("penstock.views.max-waiting", "7");
    ViewDefinition view = one(properties);
    assertThat(view.types()).containsExactly("x", "y");
    assertThat(view.keyExtractor())
        .isEqualTo(new KeyExtractor.Pointer(JsonPointer.parse("/a~1b/0")));
  }

  @ParameterizedTest
  @CsvSource({
    "penstock.views.v.fold,      median, penstock.views.v.fold",
    "penstock.views.v.key,       name,   penstock.views.v.key",
    "penstock.views.v.key,       /a~2,   penstock.views.v.key",
    "penstock.views.v.stream,    other,  penstock.views.v.stream",
    "penstock.views.v.stream,    Bad,    penstock.views.v.stream",
    "penstock.views.Bad.stream,  orders, penstock.views.Bad",
  })
  void refusesNonsenseByThePropertysName(String property, String value, String named) {
    Map<String, String> properties = good();
    properties.put("penstock.views.Bad.fold", "count");
    if (!property.contains("Bad")) {
      properties.remove("penstock.views.Bad.fold");
    }
    properties.put(property, value);
    assertThatThrownBy(() -> declare(properties, false))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageStartingWith(named + ":");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      value = {
        "sum      | -            | -       | value",
        "sum      | value=total  | -       | value",
        "average  | value=/a~2   | -       | value",
        "count    | value=/a     | -       | value",
        "merge    | size=3       | -       | size",
        "recent   | size=0       | -       | size",
        "recent   | size=1001    | -       | size",
        "rank     | value=/a     | -       | member",
        "rank     | member=id    | -       | value",
        "rank     | member=name  | value=/a| member",
        "distinct | -            | -       | value",
        "window   | bucket=0s    | -       | bucket",
        "window   | bucket=100ms | -       | bucket",
        "window   | bucket=400d  | -       | bucket",
        "window   | buckets=0    | -       | buckets",
        "window   | buckets=1501 | -       | buckets",
        "bean     | -            | -       | fold",
      })
  void refusesSettingsThatDoNotFitTheFold(
      String fold, @Nullable String one, @Nullable String other, String named) {
    Map<String, String> properties = good();
    properties.put("penstock.views.v.fold", fold);
    for (String setting : new String[] {one, other}) {
      if (setting != null) {
        String[] parts = setting.split("=");
        properties.put("penstock.views.v." + parts[0], parts[1]);
      }
    }
    assertThatThrownBy(() -> declare(properties, false))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageStartingWith("penstock.views.v." + named + ":");
  }

  @Test
  void aReaderMakesTheSameFoldFromWhatTheRegistryKeeps() {
    Map<String, String> properties = good();
    properties.put("penstock.views.v.fold", "rank");
    properties.put("penstock.views.v.value", "/a b=~1\u00fc");
    properties.put("penstock.views.v.member", "subject");
    properties.put("penstock.views.v.score", "total");
    ViewDefinition view = one(properties);
    Generation read = Generation.parse("g", view.generation().description());
    assertThat(read.fold()).isEqualTo(view.fold());
    assertThat(view.fold())
        .isEqualTo(
            new Rank(
                KeyExtractor.Attribute.SUBJECT,
                new NumberExtractor(JsonPointer.parse("/a b=~1\u00fc")),
                Rank.Score.TOTAL,
                10,
                false));
  }

  @Test
  void takesAStreamThatMayComeToBe() {
    Map<String, String> properties = good();
    properties.put("penstock.views.v.stream", "other");
    assertThat(declare(properties, true)).hasSize(1);
  }

  @Test
  void anotherDefinitionIsAnotherGeneration() {
    Generation first = one(good()).generation();
    assertThat(one(good()).generation()).isEqualTo(first);
    for (String setting : List.of("key", "types", "subjects", "deletes")) {
      Map<String, String> properties = good();
      properties.put("penstock.views.v." + setting, "id");
      assertThat(one(properties).generation().id()).as(setting).isNotEqualTo(first.id());
    }
  }
}
