package penstock.security.identity;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import penstock.http.Namespace;

/**
 * A right to what has certain names, for one caller.
 *
 * @param conditions by the name of what they are about; what has none is free
 */
public record Grant(Right right, AllowedValues names, Map<String, AllowedValues> conditions) {

  public Grant {
    conditions = Map.copyOf(conditions);
  }

  boolean covers(Right wanted, String name) {
    return right == wanted && OwnNames.covers(names, name) && reaches(name);
  }

  /**
   * A pattern that says nothing of tenants is about what has none: {@code shop*} is not what a
   * tenant called {@code shop} has. All is all. A room's name is its own, whatever is in it.
   */
  private boolean reaches(String name) {
    return right == Right.PRESENCE
        || name.indexOf(Namespace.SEPARATOR) < 0
        || names.any()
        || names.exact().contains(name)
        || names.prefixes().stream()
            .anyMatch(
                prefix ->
                    name.startsWith(prefix)
                        && (prefix.isEmpty() || prefix.indexOf(Namespace.SEPARATOR) >= 0));
  }

  /** For who calls things as a namespace has them. */
  Grant in(Namespace space) {
    return new Grant(right, names.in(space), conditions);
  }

  AllowedValues values(String condition) {
    return conditions.getOrDefault(condition, AllowedValues.ANY);
  }

  /** Whether what it is about may have this value. */
  public boolean admits(String condition, @Nullable String value) {
    return values(condition).admits(value);
  }
}
