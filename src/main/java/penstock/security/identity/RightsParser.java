package penstock.security.identity;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the language of rights: an object with an array for each right, of names or of objects.
 *
 * <pre>{@code
 * {"publish": ["orders"], "read": ["shop-*", {"stream": "agents", "subject": "${sub}/*"}]}
 * }</pre>
 *
 * What it does not know is refused, since it may have been meant to narrow.
 */
public final class RightsParser {

  /** Of one caller. More would cost each request more than its decision is worth. */
  private static final int MAX_GRANTS = 100;

  /** Of one condition. */
  private static final int MAX_VALUES = 10;

  private final List<GrantSpec> grants = new ArrayList<>();

  private RightsParser() {}

  /**
   * Reads rights.
   *
   * @param json as Jackson reads JSON: maps, lists, texts
   * @throws IllegalArgumentException it is nothing of the kind; the message says where
   */
  public static RightsSpec parse(@Nullable Object json) {
    if (!(json instanceof Map<?, ?> object)) {
      throw new IllegalArgumentException("rights must be an object");
    }
    var parser = new RightsParser();
    object.forEach((name, value) -> parser.read(String.valueOf(name), value));
    return new RightsSpec(parser.grants);
  }

  private void read(String name, @Nullable Object value) {
    Right right = Right.named(name);
    if (right == null) {
      throw new IllegalArgumentException("there is no right of this name");
    }
    if (!(value instanceof List<?> list)) {
      throw new IllegalArgumentException(right + ": must be an array");
    }
    for (Object one : list) {
      if (grants.size() == MAX_GRANTS) {
        throw new IllegalArgumentException("there may be at most " + MAX_GRANTS + " grants");
      }
      try {
        grants.add(grant(right, one));
      } catch (IllegalArgumentException broken) {
        throw new IllegalArgumentException(right + ": " + broken.getMessage(), broken);
      }
    }
  }

  private static GrantSpec grant(Right right, @Nullable Object value) {
    if (value instanceof String name) {
      return new GrantSpec(right, Template.parse(name), Map.of());
    }
    if (!(value instanceof Map<?, ?> object)) {
      throw new IllegalArgumentException("must consist of names and objects");
    }
    Template name = null;
    var conditions = new HashMap<String, List<Template>>();
    for (Map.Entry<?, ?> member : object.entrySet()) {
      String key = String.valueOf(member.getKey());
      if (key.equals(right.named())) {
        if (!(member.getValue() instanceof String text)) {
          throw new IllegalArgumentException("'" + key + "' must be a text");
        }
        name = Template.parse(text);
      } else if (right.conditions().contains(key)) {
        conditions.put(key, values(right, key, member.getValue()));
      } else {
        throw new IllegalArgumentException(
            "an object may have '" + right.named() + "' and " + right.conditions());
      }
    }
    if (name == null) {
      throw new IllegalArgumentException("an object must have '" + right.named() + "'");
    }
    return new GrantSpec(right, name, conditions);
  }

  private static List<Template> values(Right right, String key, @Nullable Object value) {
    List<?> list =
        value instanceof List<?> several ? several : value == null ? List.of() : List.of(value);
    if (list.isEmpty() || list.size() > MAX_VALUES) {
      throw new IllegalArgumentException("'" + key + "' must have 1 to " + MAX_VALUES + " values");
    }
    var templates = new ArrayList<Template>();
    for (Object one : list) {
      if (!(one instanceof String text)) {
        throw new IllegalArgumentException("'" + key + "' must have texts");
      }
      if (right == Right.VIEW && text.endsWith("*")) {
        throw new IllegalArgumentException("'" + key + "' must have whole keys, without a star");
      }
      templates.add(Template.parse(text));
    }
    return List.copyOf(templates);
  }
}
