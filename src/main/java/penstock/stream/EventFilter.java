package penstock.stream;

import io.vertx.core.http.HttpServerRequest;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import penstock.event.Event;
import penstock.problem.Parameters;

/**
 * Which events a reader wants: those with one of the subjects and one of the types. An empty set
 * stands for all. Filters that want the same are equal.
 */
public record EventFilter(Set<String> subjects, Set<String> types) {

  /** Passes every event. */
  public static final EventFilter OPEN = new EventFilter(Set.of(), Set.of());

  /** More values than this would make a filter cost more than reading without it. */
  private static final int MAX_VALUES = 100;

  public EventFilter {
    subjects = Set.copyOf(subjects);
    types = Set.copyOf(types);
  }

  /**
   * Reads the parameters {@code subject} and {@code type}; each may be repeated and then means any
   * of the values.
   */
  public static EventFilter of(HttpServerRequest request) {
    return new EventFilter(values(request, "subject"), values(request, "type"));
  }

  private static Set<String> values(HttpServerRequest request, String name) {
    Set<String> values = Set.copyOf(request.params().getAll(name));
    if (values.size() > MAX_VALUES) {
      throw Parameters.invalid(name, "may be given at most " + MAX_VALUES + " times");
    }
    if (values.contains("")) {
      throw Parameters.invalid(name, "must not be empty");
    }
    return values;
  }

  public boolean isOpen() {
    return subjects.isEmpty() && types.isEmpty();
  }

  public boolean matches(Event event) {
    return matches(event.subject(), event.type());
  }

  public boolean matches(@Nullable String subject, String type) {
    return (subjects.isEmpty() || (subject != null && subjects.contains(subject)))
        && (types.isEmpty() || types.contains(type));
  }
}
