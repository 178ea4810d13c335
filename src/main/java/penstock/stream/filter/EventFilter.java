package penstock.stream.filter;

import java.util.List;
import java.util.Set;
import penstock.event.Event;
import penstock.problem.ProblemException;
import penstock.security.http.Callers;
import penstock.security.identity.AllowedValues;

/**
 * Which events a reader wants: those with one of the subjects and one of the types that meet one of
 * the conditions. Where there are none, all. Filters that want the same are equal.
 */
public final class EventFilter {

  /** Passes every event. */
  public static final EventFilter OPEN = new EventFilter(Set.of(), Set.of());

  /** What the parameter {@code subject} means, for the API's description. */
  public static final String SUBJECT =
      """
      Only events with this subject, or whose subject begins so if it ends with `*`; repeated, with any of up to 100.
      """;

  /** What the parameter {@code type} means, for the API's description. */
  public static final String TYPE =
      """
      Only events of this type, or whose type begins so if it ends with `*`; repeated, of any of up to 100.
      """;

  /** What the parameter {@code filter} means, for the API's description. */
  public static final String FILTER =
      "Only events that meet this condition; repeated, that meet any of up to 10.";

  /** What the parameter {@code since} means, for the API's description. */
  public static final String SINCE =
      "In the place of `cursor`: begins with what was appended at this time or later.";

  /** More values than this would make a filter cost more than reading without it. */
  private static final int MAX_VALUES = 100;

  /** More filters of up to as many conditions would, too. */
  private static final int MAX_CONDITIONS = 10;

  private final AttributeMatcher subjects;
  private final AttributeMatcher types;
  private final Set<Condition> conditions;
  private final int hash;

  /** A filter by subjects and types; each is a prefix if it ends with {@code *}. */
  public EventFilter(Set<String> subjects, Set<String> types) {
    this(AttributeMatcher.of(subjects), AttributeMatcher.of(types), Set.of());
  }

  private EventFilter(
      AttributeMatcher subjects, AttributeMatcher types, Set<Condition> conditions) {
    this.subjects = subjects;
    this.types = types;
    this.conditions = conditions;
    this.hash = 31 * (31 * subjects.hashCode() + types.hashCode()) + conditions.hashCode();
  }

  /**
   * By the parameters {@code subject}, {@code type} and {@code filter}; each may be repeated and
   * then means any of the values.
   */
  public static EventFilter of(Set<String> subject, Set<String> type, List<Condition> filter) {
    if (filter.size() > MAX_CONDITIONS) {
      throw ProblemException.ofParameter(
          ConditionParser.PARAMETER, "may be given at most " + MAX_CONDITIONS + " times");
    }
    return new EventFilter(values("subject", subject), values("type", type), Set.copyOf(filter));
  }

  private static AttributeMatcher values(String name, Set<String> values) {
    if (values.size() > MAX_VALUES) {
      throw ProblemException.ofParameter(name, "may be given at most " + MAX_VALUES + " times");
    }
    if (values.contains("")) {
      throw ProblemException.ofParameter(name, "must not be empty");
    }
    return AttributeMatcher.of(values);
  }

  /**
   * The same for who may see certain subjects only: what is wanted besides is left out. It is a
   * filter as any other, and equal to that of who asks for these subjects only.
   *
   * @param stream for the problem, if nothing would be left
   */
  public EventFilter within(String stream, AllowedValues allowed) {
    if (allowed.any()) {
      return this;
    }
    return subjects
        .within(allowed)
        .map(both -> new EventFilter(both, types, conditions))
        .orElseThrow(
            () -> Callers.forbidden("read on " + stream + " for other subjects than " + allowed));
  }

  /** For an index by subject: what is wanted of it. */
  public AttributeMatcher subjects() {
    return subjects;
  }

  public boolean isOpen() {
    return subjects.isOpen() && types.isOpen() && conditions.isEmpty();
  }

  public boolean matches(Event event) {
    return subjects.admits(event.subject())
        && types.admits(event.type())
        && (conditions.isEmpty() || conditions.stream().anyMatch(one -> one.test(event)));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof EventFilter that
        && hash == that.hash
        && subjects.equals(that.subjects)
        && types.equals(that.types)
        && conditions.equals(that.conditions);
  }

  @Override
  public int hashCode() {
    return hash;
  }
}
