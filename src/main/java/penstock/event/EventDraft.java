package penstock.event;

import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * An event while it is read. Takes its attributes in any order, checks each, and adds what is wrong
 * to the {@link Violations} of the request. For one request, used for its events in turn.
 */
final class EventDraft {

  /** What is said of an attribute or member that is there again. */
  static final String TWICE = "is given more than once";

  /**
   * A script hands an event's fields to Redis in one call, which should have no more than 1,000.
   */
  private static final int MOST_EXTENSIONS = 256;

  private static final Attribute[] ATTRIBUTES = Attribute.values();
  private static final SortedMap<String, Object> NO_EXTENSIONS = Collections.emptySortedMap();
  private static final String PARTITION_KEY = "partitionkey";
  private static final String NAME_RULE =
      "is no name of an attribute: those have lower-case letters a to z and digits only";
  private final Violations violations;
  private final LenientRule lenient;
  private final @Nullable String[] values = new @Nullable String[ATTRIBUTES.length];
  private final Set<String> absent = new HashSet<>(0);
  private SortedMap<String, Object> extensions = NO_EXTENSIONS;
  private int given;
  private int index;
  private int violationsBefore;

  EventDraft(Violations violations, LenientRule lenient) {
    this.violations = violations;
    this.lenient = lenient;
  }

  /** Begins the next event, which has this index in the request. */
  void begin(int next) {
    index = next;
    given = 0;
    extensions = NO_EXTENSIONS;
    absent.clear();
    Arrays.fill(values, null);
    violationsBefore = violations.count();
  }

  /** An attribute of the specification. */
  void set(Attribute attribute, String value, boolean knownToBePlain) {
    if (claim(attribute)) {
      String broken = knownToBePlain ? null : Characters.broken(value);
      if (broken == null) {
        broken = attribute.broken(value);
        if (broken != null && lenient.takes(attribute, value)) {
          broken = null;
        }
      }
      if (broken == null && value.isEmpty()) {
        withdraw(attribute);
      } else if (broken == null) {
        values[attribute.ordinal()] = value;
      } else {
        wrong(attribute.key, broken);
      }
    }
  }

  /** An attribute of the specification that is given, but null: as if it were not given. */
  void setAbsent(Attribute attribute) {
    if (claim(attribute)) {
      withdraw(attribute);
    }
  }

  private void withdraw(Attribute attribute) {
    given &= ~bit(attribute);
    absent.add(attribute.key);
  }

  /** An attribute of the specification that has no value that could be looked at. */
  void setBroken(Attribute attribute, String rule) {
    if (claim(attribute)) {
      wrong(attribute.key, rule);
    }
  }

  /** Whether the attribute is given for the first time; it is a violation if not. */
  private boolean claim(Attribute attribute) {
    boolean first =
        (given & bit(attribute)) == 0 && (absent.isEmpty() || !absent.contains(attribute.key));
    given |= bit(attribute);
    if (!first) {
      wrong(attribute.key, TWICE);
    }
    return first;
  }

  private static int bit(Attribute attribute) {
    return 1 << attribute.ordinal();
  }

  /**
   * An extension attribute.
   *
   * @param value a {@link String}, {@link Boolean} or {@link Integer}; null as if it were not given
   */
  void extend(String name, @Nullable Object value, boolean knownToBePlain) {
    if (!isName(name)) {
      wrong(name, NAME_RULE);
    } else if (extensions.containsKey(name) || absent.contains(name)) {
      wrong(name, TWICE);
    } else if (value == null) {
      absent.add(name);
    } else if (extensions.size() == MOST_EXTENSIONS) {
      wrong(name, "is one too many: an event has at most " + MOST_EXTENSIONS + " extensions");
    } else {
      String broken =
          !knownToBePlain && value instanceof String text ? Characters.broken(text) : null;
      if (broken == null && name.equals(PARTITION_KEY) && !isPartitionKey(value)) {
        broken = "must be a string that is not empty";
      }
      if (broken == null && name.equals(Event.DELIVER_AT) && !isTimestamp(value)) {
        broken = "must be a date and time as in RFC 3339, such as 2030-01-01T09:30:00Z";
      }
      if (broken != null) {
        wrong(name, broken);
      }
      if (extensions == NO_EXTENSIONS) {
        extensions = new TreeMap<>();
      }
      extensions.put(name, value);
    }
  }

  private static boolean isPartitionKey(Object value) {
    return value instanceof String text && !text.isEmpty();
  }

  private static boolean isTimestamp(Object value) {
    return value instanceof String text && Timestamp.isValid(text);
  }

  private static boolean isName(String name) {
    for (int i = 0; i < name.length(); i++) {
      char character = name.charAt(i);
      if ((character < 'a' || character > 'z') && (character < '0' || character > '9')) {
        return false;
      }
    }
    return !name.isEmpty();
  }

  /** Tells a rule that this event breaks. */
  void wrong(@Nullable String attribute, String rule) {
    violations.add(index, attribute, rule);
  }

  /** The value so far; null if it is not given or wrong. */
  @Nullable String get(Attribute attribute) {
    return values[attribute.ordinal()];
  }

  /** Whether it was given, good or wrong. */
  boolean isGiven(Attribute attribute) {
    return (given & bit(attribute)) != 0;
  }

  /** The event; null if anything about it is wrong. */
  @Nullable Event finish(EventData data) {
    for (Attribute attribute : ATTRIBUTES) {
      if (attribute.required && !isGiven(attribute)) {
        wrong(attribute.key, "is required");
      }
    }
    String id = get(Attribute.ID);
    String source = get(Attribute.SOURCE);
    String type = get(Attribute.TYPE);
    if (violations.count() > violationsBefore || id == null || source == null || type == null) {
      return null;
    }
    return new Event(
        id,
        source,
        type,
        get(Attribute.SUBJECT),
        get(Attribute.TIME),
        get(Attribute.DATACONTENTTYPE),
        get(Attribute.DATASCHEMA),
        extensions,
        data);
  }
}
