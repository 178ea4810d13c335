package penstock.sink.webhook;

import io.quarkus.runtime.configuration.DurationConverter;
import io.quarkus.runtime.configuration.MemorySize;
import io.quarkus.runtime.configuration.MemorySizeConverter;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.impl.types.MultiType;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import penstock.event.Event;
import penstock.event.EventData;
import penstock.sink.Delivery;
import penstock.sink.SinkDefinition;
import penstock.sink.SinkName;
import penstock.sink.SinksConfig;
import penstock.stream.Partition;
import penstock.stream.Position;
import penstock.stream.StreamName;
import penstock.stream.filter.EventFilter;
import penstock.stream.log.RawRecord;
import penstock.stream.registry.Stream;

/** Sinks as they are declared. */
final class WebhookDefinitions {

  static final SinkName NAME = new SinkName("hook");

  private static final Partition PARTITION = new Partition(new StreamName("orders"), 0);

  private WebhookDefinitions() {}

  /**
   * @param settings what follows {@code penstock.sinks.hook.}, value, ...
   */
  static SinkDefinition of(int batch, String... settings) {
    var properties = new HashMap<String, String>();
    properties.put("penstock.sinks.hook.stream", "orders");
    properties.put("penstock.sinks.hook.kind", "webhook");
    for (int i = 0; i < settings.length; i += 2) {
      properties.put("penstock.sinks.hook." + settings[i], settings[i + 1]);
    }
    SinksConfig config =
        new SmallRyeConfigBuilder()
            .withMapping(SinksConfig.class)
            .withConverter(Duration.class, 100, new DurationConverter())
            .withConverter(MemorySize.class, 100, new MemorySizeConverter())
            .withSources(new PropertiesConfigSource(Map.copyOf(properties), "test", 100))
            .build()
            .getConfigMapping(SinksConfig.class);
    return new SinkDefinition(
        NAME,
        Stream.created(new StreamName("orders"), 2, Duration.ofMinutes(2)),
        "webhook",
        "",
        EventFilter.of(Set.of(), Set.of(), List.of()),
        "earliest",
        SinksConfig.DeliveryOrder.KEY,
        256,
        batch,
        config.byName().get("hook"));
  }

  static Event event(String id, Map<String, Object> extensions) {
    return new Event(
        id,
        "/shop",
        "order.placed",
        "order-" + id,
        null,
        "application/json",
        null,
        new TreeMap<>(extensions),
        new EventData.Json("{\"n\":1.10}".getBytes(StandardCharsets.UTF_8)));
  }

  static Delivery delivery(String id) {
    return delivery(event(id, Map.of()));
  }

  static Delivery delivery(Event event) {
    return Delivery.of(NAME, PARTITION, new RawRecord(new Position(1, 0), noFields(), 0), event, 1);
  }

  static Response noFields() {
    return MultiType.EMPTY_MULTI;
  }
}
