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
import java.util.function.Function;
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

  private final Map<SinkName, Declared> declared;

  /** A sink with its receiver. */
  record Declared(SinkDefinition sink, SinkTarget target) {}

  @Inject
  Sinks(
      SinksConfig config,
      Streams streams,
      StreamsConfig streamsConfig,
      @Any Instance<SinkTargetFactory> kinds) {
    declared =
        declare(
            config,
            streams::declared,
            streamsConfig.autoCreate(),
            kinds.stream().collect(Collectors.toMap(SinkTargetFactory::kind, kind -> kind)));
  }

  /**
   * The sinks of a configuration.
   *
   * @param streams by name
   * @param autoCreate whether others may come to be
   * @param kinds by the word that a kind begins with
   */
  static Map<SinkName, Declared> declare(
      SinksConfig config,
      Function<StreamName, Optional<Stream>> streams,
      boolean autoCreate,
      Map<String, SinkTargetFactory> kinds) {
    var sinks = new TreeMap<SinkName, Declared>();
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
                Stream stream = stream(settings, streams, autoCreate);
                SinkName sink = new SinkName(name);
                sinks.put(sink, declare(sink, settings, stream, kinds));
              } catch (InvalidSinkException e) {
                throw new ConfigurationException(
                    property + "." + e.setting() + ": " + e.getMessage());
              }
            });
    return sinks;
  }

  private static Stream stream(
      SinksConfig.OfSink settings,
      Function<StreamName, Optional<Stream>> streams,
      boolean autoCreate) {
    if (!NameRule.isValid(settings.stream())) {
      throw new InvalidSinkException("stream", "the name of a stream must match " + NameRule.RULE);
    }
    StreamName name = new StreamName(settings.stream());
    Optional<Stream> found = streams.apply(name);
    if (found.isEmpty() && !autoCreate) {
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
    SinkDefinition sink = SinkDefinition.of(name, stream, settings, factory.defaults());
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
