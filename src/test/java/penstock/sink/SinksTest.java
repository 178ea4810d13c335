package penstock.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quarkus.runtime.configuration.ConfigurationException;
import io.quarkus.runtime.configuration.DurationConverter;
import io.quarkus.runtime.configuration.MemorySize;
import io.quarkus.runtime.configuration.MemorySizeConverter;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import penstock.stream.StreamName;
import penstock.stream.registry.Stream;

/** What is declared, and what is refused with the property's name. */
class SinksTest {

  private static final Stream STREAM =
      Stream.created(new StreamName("orders"), 2, Duration.ofMinutes(2));

  private static final SinkTarget NOWHERE =
      deliveries ->
          Future.succeededFuture(deliveries.stream().map(one -> Outcome.DELIVERED).toList());

  /** Of a kind that takes three at once. */
  private static final SinkTargetFactory NOTHING =
      new SinkTargetFactory() {
        @Override
        public String kind() {
          return "nothing";
        }

        @Override
        public SinkDefaults defaults() {
          return new SinkDefaults(SinksConfig.DeliveryOrder.PARTITION, 100, 3);
        }

        @Override
        public SinkTarget create(SinkDefinition sink) {
          return NOWHERE;
        }
      };

  private static Map<SinkName, Sinks.Declared> declare(Map<String, String> settings) {
    var properties = new HashMap<String, String>();
    settings.forEach((name, value) -> properties.put("penstock.sinks.k." + name, value));
    properties.putIfAbsent("penstock.sinks.k.stream", "orders");
    properties.putIfAbsent("penstock.sinks.k.kind", "nothing");
    SinksConfig config =
        new SmallRyeConfigBuilder()
            .withMapping(SinksConfig.class)
            .withConverter(Duration.class, 100, new DurationConverter())
            .withConverter(MemorySize.class, 100, new MemorySizeConverter())
            .withSources(new PropertiesConfigSource(properties, "test", 100))
            .build()
            .getConfigMapping(SinksConfig.class);
    return Sinks.declare(
        config,
        name -> name.equals(STREAM.name()) ? Optional.of(STREAM) : Optional.empty(),
        false,
        Map.of("nothing", NOTHING));
  }

  @Test
  void whatIsNotSaidIsAsItShouldBe() {
    SinkDefinition sink = declare(Map.of()).get(new SinkName("k")).sink();
    assertThat(sink.batch()).isEqualTo(3);
    assertThat(sink.start()).isEqualTo("earliest");
    assertThat(sink.filter().isOpen()).isTrue();
    assertThat(sink.order()).as("its kind's").isEqualTo(SinksConfig.DeliveryOrder.PARTITION);
    assertThat(sink.settings().retry().giveUpAfter()).isEmpty();
  }

  @Test
  void aTimeIsAStartAndTheKindMayNameABean() {
    SinkDefinition sink =
        declare(Map.of("start", "1970-01-01T00:00:01Z", "kind", "nothing:at-all", "batch", "500"))
            .get(new SinkName("k"))
            .sink();
    assertThat(sink.start()).isEqualTo("1000");
    assertThat(sink.bean()).isEqualTo("at-all");
    assertThat(sink.batch()).as("no more than are in flight").isEqualTo(100);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "kind | telegraph | there is no kind 'telegraph'",
        "stream | Nowhere! | the name of a stream must match",
        "stream | nowhere | there is no stream 'nowhere'",
        "start | yesterday | must be earliest, latest or a date",
        "batch | 0 | must be from 1 to 10000",
        "retry.longest | 10ms | must not be shorter than retry.first",
        "filter | {} | ",
        "filter | type = 'a' | ",
        "filter | {\"sql\":\"type ==\"} | ",
      })
  void whatMakesNoSenseIsRefusedWithThePropertysName(String setting, String value, String why) {
    assertThatThrownBy(() -> declare(Map.of(setting, value)))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageStartingWith("penstock.sinks.k." + setting + ": ")
        .hasMessageContaining(why == null ? "" : why);
  }
}
