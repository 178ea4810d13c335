package penstock.security.identity;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A right as it is written, into which a caller's claims are yet to be put. */
record GrantSpec(Right right, Template name, Map<String, List<Template>> conditions) {

  GrantSpec {
    conditions = Map.copyOf(conditions);
  }

  /** For one caller; null if it grants that one nothing. */
  @Nullable Grant resolve(Claims claims) {
    Template.Value named = name.resolve(claims);
    if (named == null) {
      return null;
    }
    var values = new HashMap<String, AllowedValues>();
    for (Map.Entry<String, List<Template>> condition : conditions.entrySet()) {
      var resolved = new ArrayList<Template.Value>();
      for (Template one : condition.getValue()) {
        Template.Value value = one.resolve(claims);
        if (value != null) {
          resolved.add(value);
        }
      }
      if (resolved.isEmpty()) {
        return null;
      }
      values.put(condition.getKey(), AllowedValues.of(resolved));
    }
    return new Grant(right, AllowedValues.of(List.of(named)), values);
  }
}
