package penstock.sink.archive;

import io.quarkus.runtime.configuration.DurationConverter;
import io.quarkus.runtime.configuration.MemorySize;
import io.quarkus.runtime.configuration.MemorySizeConverter;
import io.quarkus.tls.TlsConfigurationRegistry;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.redis.client.impl.types.BulkType;
import io.vertx.redis.client.impl.types.MultiType;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import penstock.event.Event;
import penstock.event.EventFields;
import penstock.event.EventLimits;
import penstock.event.HttpEvents;
import penstock.event.PlainDefaults;
import penstock.sink.Delivery;
import penstock.sink.SinkDefinition;
import penstock.sink.SinkName;
import penstock.sink.SinkTarget;
import penstock.sink.SinksConfig;
import penstock.stream.Partition;
import penstock.stream.Position;
import penstock.stream.StreamName;
import penstock.stream.filter.EventFilter;
import penstock.stream.log.RawRecord;
import penstock.stream.registry.Stream;

/** Archives and deliveries as the engine makes them, without it. */
final class TestArchive {

  static final Partition PARTITION = new Partition(new StreamName("orders"), 0);

  private static final SinkName NAME = new SinkName("test");
  private static final HttpEvents EVENTS = new HttpEvents(new EventLimits(10 << 20, 10_000));
  private static final PlainDefaults DEFAULTS = new PlainDefaults("t", "/s", null, "1");

  private TestArchive() {}

  /** The settings of a sink, with {@code stream} and {@code kind} added. */
  static SinkDefinition sink(Map<String, String> settings) {
    var properties = new HashMap<String, String>();
    properties.put("penstock.sinks.test.stream", "orders");
    properties.put("penstock.sinks.test.kind", "elasticsearch");
    settings.forEach((name, value) -> properties.put("penstock.sinks.test." + name, value));
    SinksConfig config =
        new SmallRyeConfigBuilder()
            .withMapping(SinksConfig.class)
            .withConverter(Duration.class, 200, new DurationConverter())
            .withConverter(MemorySize.class, 200, new MemorySizeConverter())
            .withSources(new PropertiesConfigSource(properties, "test", 100))
            .build()
            .getConfigMapping(SinksConfig.class);
    return new SinkDefinition(
        NAME,
        Stream.created(PARTITION.stream(), 1, Duration.ofMinutes(2)),
        "elasticsearch",
        "",
        EventFilter.OPEN,
        "earliest",
        SinksConfig.DeliveryOrder.NONE,
        1_000,
        500,
        Objects.requireNonNull(config.byName().get("test")));
  }

  static SinkTarget target(Vertx vertx, Map<String, String> settings) {
    return new ArchiveTargetFactory(vertx, new NoTls()).create(sink(settings));
  }

  /** An event with these further members, as JSON: {@code "subject":"s","data":{"n":1}}. */
  static Delivery delivery(int number, String members) {
    String json =
        "{\"specversion\":\"1.0\",\"id\":\"%d\",\"source\":\"/s\",\"type\":\"order.placed\"%s}"
            .formatted(number, members.isEmpty() ? "" : "," + members);
    return delivery(json, new Position(1_700_000_000_000L + number, 0));
  }

  static Delivery delivery(String json, Position position) {
    MultiMap headers = MultiMap.caseInsensitiveMultiMap();
    headers.add("Content-Type", "application/cloudevents+json");
    Event event = EVENTS.read(headers, Buffer.buffer(json), () -> DEFAULTS).getFirst();
    List<byte[]> fields = EventFields.write(event);
    MultiType response = MultiType.create(fields.size(), false);
    fields.forEach(field -> response.add(BulkType.create(Buffer.buffer(field), false)));
    return Delivery.of(NAME, PARTITION, new RawRecord(position, response, 0), event, 1);
  }

  /** As many events, numbered from the first. */
  static List<Delivery> deliveries(int first, int count, String members) {
    return IntStream.range(first, first + count)
        .mapToObj(number -> delivery(number, members))
        .toList();
  }

  /** Knows no configuration. */
  static final class NoTls implements TlsConfigurationRegistry {

    @Override
    public Optional<io.quarkus.tls.TlsConfiguration> get(String name) {
      return Optional.empty();
    }

    @Override
    public Optional<io.quarkus.tls.TlsConfiguration> getDefault() {
      return Optional.empty();
    }

    @Override
    public void register(String name, io.quarkus.tls.TlsConfiguration configuration) {
      throw new UnsupportedOperationException();
    }
  }
}
