package penstock.sink;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import penstock.problem.ProblemException;
import penstock.stream.StartPosition;
import penstock.stream.filter.Condition;
import penstock.stream.filter.ConditionParser;
import penstock.stream.filter.EventFilter;
import penstock.stream.registry.Stream;

/**
 * What a sink is.
 *
 * @param kind what its kind begins with, up to a colon if there is one
 * @param bean what follows the colon; empty without one
 * @param filter which events it delivers
 * @param start where it begins: {@code earliest}, {@code latest} or milliseconds since 1970
 * @param order what the receiver can rely on
 * @param maxInFlight events of a partition that are with the receiver at the same time
 * @param batch events in one request at most
 * @param settings as they are declared
 */
public record SinkDefinition(
    SinkName name,
    Stream stream,
    String kind,
    String bean,
    EventFilter filter,
    String start,
    SinksConfig.DeliveryOrder order,
    int maxInFlight,
    int batch,
    SinksConfig.OfSink settings) {

  /** More in one request would make one that fails cost too much. */
  static final int MOST_BATCH = 10_000;

  /**
   * Reads what is declared.
   *
   * @param defaults of its kind
   * @throws InvalidSinkException if something makes no sense
   */
  static SinkDefinition of(
      SinkName name, Stream stream, SinksConfig.OfSink settings, SinkDefaults defaults) {
    int colon = settings.kind().indexOf(':');
    int batch = settings.batch().orElse(defaults.batch());
    if (batch < 1 || batch > MOST_BATCH) {
      throw new InvalidSinkException("batch", "must be from 1 to " + MOST_BATCH);
    }
    if (settings.retry().longest().compareTo(settings.retry().first()) < 0) {
      throw new InvalidSinkException("retry.longest", "must not be shorter than retry.first");
    }
    int maxInFlight = settings.maxInFlight().orElse(defaults.maxInFlight());
    return new SinkDefinition(
        name,
        stream,
        colon < 0 ? settings.kind() : settings.kind().substring(0, colon),
        colon < 0 ? "" : settings.kind().substring(colon + 1),
        filter(settings),
        start(settings.start()),
        settings.order().orElse(defaults.order()),
        maxInFlight,
        Math.min(batch, maxInFlight),
        settings);
  }

  private static EventFilter filter(SinksConfig.OfSink settings) {
    return EventFilter.of(
        checked("subjects", settings.subjects()),
        checked("types", settings.types()),
        settings.filter().map(SinkDefinition::condition).stream().toList());
  }

  private static Set<String> checked(String setting, Optional<Set<String>> values) {
    Set<String> given = values.orElse(Set.of());
    try {
      EventFilter.of(given, Set.of(), List.of());
    } catch (ProblemException e) {
      throw new InvalidSinkException(setting, e.problem().detail());
    }
    return given;
  }

  private static Condition condition(String text) {
    try {
      return ConditionParser.parse(text);
    } catch (ProblemException e) {
      throw new InvalidSinkException("filter", e.problem().detail());
    }
  }

  private static String start(String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "earliest" -> "earliest";
      case "latest" -> "latest";
      default -> {
        try {
          yield Long.toString(StartPosition.Since.parse(text).millis());
        } catch (IllegalArgumentException e) {
          throw new InvalidSinkException(
              "start", "must be earliest, latest or a date and time as in RFC 3339");
        }
      }
    };
  }
}
