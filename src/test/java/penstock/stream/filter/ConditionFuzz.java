package penstock.stream.filter;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.BiPredicate;
import java.util.function.Supplier;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import penstock.event.Event;
import penstock.event.EventLimits;
import penstock.event.HttpEvents;
import penstock.event.PlainDefaults;
import penstock.problem.ProblemException;

/**
 * A filter on the first line, an event behind it: the filter is refused, or decides as the
 * Subscriptions API has it, which is written here a second time over Jackson's tree.
 */
public final class ConditionFuzz {

  private static final ObjectMapper JACKSON = new ObjectMapper();
  private static final HttpEvents EVENTS = new HttpEvents(new EventLimits(10_000, 1));
  private static final MultiMap STRUCTURED =
      MultiMap.caseInsensitiveMultiMap().add("Content-Type", "application/cloudevents+json");
  private static final Supplier<PlainDefaults> NEVER =
      () -> {
        throw new IllegalStateException("structured");
      };

  private ConditionFuzz() {}

  public static void fuzzerTestOneInput(byte[] input) throws IOException {
    String text = new String(input, StandardCharsets.UTF_8);
    int line = text.indexOf('\n');
    if (line < 0) {
      return;
    }
    String filter = text.substring(0, line);
    Condition condition;
    List<Event> events;
    try {
      condition = ConditionParser.parse(filter);
      events = EVENTS.read(STRUCTURED, Buffer.buffer(text.substring(line + 1)), NEVER);
    } catch (ProblemException refused) {
      return;
    }
    boolean met = condition.test(events.getFirst());
    if (met != holds(JACKSON.readTree(filter), events.getFirst())) {
      throw new AssertionError(met + ": " + filter);
    }
    if (!condition.equals(ConditionParser.parse(filter))) {
      throw new AssertionError("not equal to itself: " + filter);
    }
  }

  private static boolean holds(JsonNode filter, Event event) {
    if (filter.isArray()) {
      return all(filter, event);
    }
    Map.Entry<String, JsonNode> dialect = filter.properties().iterator().next();
    JsonNode value = dialect.getValue();
    return switch (dialect.getKey()) {
      case "exact" -> each(value, event, String::equals);
      case "prefix" -> each(value, event, String::startsWith);
      case "suffix" -> each(value, event, String::endsWith);
      case "all" -> all(value, event);
      case "any" -> elements(value).anyMatch(one -> holds(one, event));
      case "not" -> !holds(value, event);
      default -> CesqlCondition.parse(value.textValue()).test(event);
    };
  }

  private static boolean all(JsonNode filters, Event event) {
    return elements(filters).allMatch(one -> holds(one, event));
  }

  private static Stream<JsonNode> elements(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false);
  }

  private static boolean each(
      JsonNode wanted, Event event, BiPredicate<String, String> comparison) {
    return wanted.properties().stream()
        .allMatch(
            one -> {
              String value = event.attribute(one.getKey());
              return value != null && comparison.test(value, one.getValue().textValue());
            });
  }
}
