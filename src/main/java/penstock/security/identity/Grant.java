package penstock.security.identity;

import java.util.Map;
import org.jspecify.annotations.Nullable;

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
    return right == wanted && names.admits(name);
  }

  AllowedValues values(String condition) {
    return conditions.getOrDefault(condition, AllowedValues.ANY);
  }

  /** Whether what it is about may have this value. */
  public boolean admits(String condition, @Nullable String value) {
    return values(condition).admits(value);
  }
}
