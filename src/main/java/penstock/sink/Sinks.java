package penstock.sink;

import io.quarkus.runtime.Startup;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.vertx.core.Future;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import penstock.problem.ProblemException;
import penstock.problem.ProblemType;
import penstock.stream.NameRule;
import penstock.stream.StreamName;
import penstock.stream.registry.Stream;
import penstock.stream.registry.Streams;
import penstock.stream.registry.StreamsConfig;

/** The sinks that the configuration declares. What makes no sense is refused at start. */
@ApplicationScoped
@Startup
public class Sinks {

  private final Map<SinkName, Declared> declared = new TreeMap<>();

  /** A sink with its receiver. */
  private record Declared(SinkDefinition sink, SinkTarget target) {}

  @Inject
  Sinks(
      SinksConfig config,
      Streams streams,
      StreamsConfig streamsConfig,
      @Any Instance<SinkTargetFactory> kinds) {
    Map<String, SinkTargetFactory> byKind =
        kinds.stream().collect(Collectors.toMap(SinkTargetFactory::kind, kind -> kind));
    config
        .byName()
        .forEach(
            (name, settings) -> {
              String property = "penstock.sinks." + name;
              if (!NameRule.isValid(name)) {
                throw new ConfigurationException(
                    property + ": the name of a sink must match " + NameRule.RULE);
              }
              try {
                Declared sink =
                    declare(
                        new SinkName(name),
                        settings,
                        stream(settings, streams, streamsConfig),
                        byKind);
                declared.put(sink.sink().name(), sink);
              } catch (InvalidSinkException e) {
                throw new ConfigurationException(
                    property + "." + e.setting() + ": " + e.getMessage());
              }
            });
  }

  private static Stream stream(
      SinksConfig.OfSink settings, Streams streams, StreamsConfig streamsConfig) {
    if (!NameRule.isValid(settings.stream())) {
      throw new InvalidSinkException("stream", "the name of a stream must match " + NameRule.RULE);
    }
    StreamName name = new StreamName(settings.stream());
    Optional<Stream> found = streams.declared(name);
    if (found.isEmpty() && !streamsConfig.autoCreate()) {
      throw new InvalidSinkException(
          "stream",
          "there is no stream '%s'. Declare it with penstock.streams.%s.partitions=1."
              .formatted(name, name));
    }
    return found.orElseGet(() -> Stream.created(name, 1, Duration.ZERO));
  }

  private static Declared declare(
      SinkName name,
      SinksConfig.OfSink settings,
      Stream stream,
      Map<String, SinkTargetFactory> byKind) {
    String kind = settings.kind().split(":", 2)[0];
    SinkTargetFactory factory = byKind.get(kind);
    if (factory == null) {
      throw new InvalidSinkException(
          "kind",
          "there is no kind '" + kind + "'; there are " + String.join(", ", byKind.keySet()));
    }
    SinkDefinition sink = SinkDefinition.of(name, stream, settings, factory.defaultBatch());
    return new Declared(sink, factory.create(sink));
  }

  /** By name. */
  public List<SinkDefinition> all() {
    return declared.values().stream().map(Declared::sink).toList();
  }

  /** The sink; a problem if there is none. */
  public SinkDefinition find(SinkName name) {
    return declared(name).sink();
  }

  /** The receiver of a sink that is declared. */
  public SinkTarget target(SinkName name) {
    return declared(name).target();
  }

  private Declared declared(SinkName name) {
    Declared sink = declared.get(name);
    if (sink == null) {
      throw ProblemException.of(
          ProblemType.UNKNOWN_SINK,
          "There is no sink '%s'. Declare it with penstock.sinks.%s.stream and .kind."
              .formatted(name, name));
    }
    return sink;
  }

  @PreDestroy
  void close() {
    Future.join(declared.values().stream().map(sink -> sink.target().close()).toList());
  }
}
