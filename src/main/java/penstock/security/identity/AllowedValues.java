package penstock.security.identity;

import java.util.Collection;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Values that a right covers.
 *
 * @param any all, whatever they are, also none at all
 * @param exact whole values
 * @param prefixes what a value may begin with
 */
public record AllowedValues(boolean any, Set<String> exact, Set<String> prefixes) {

  public static final AllowedValues ANY = new AllowedValues(true, Set.of(), Set.of());

  public AllowedValues {
    exact = Set.copyOf(exact);
    prefixes = Set.copyOf(prefixes);
  }

  static AllowedValues of(Collection<Template.Value> values) {
    return new AllowedValues(
        false,
        values.stream()
            .filter(one -> !one.prefix())
            .map(Template.Value::text)
            .collect(Collectors.toSet()),
        values.stream()
            .filter(Template.Value::prefix)
            .map(Template.Value::text)
            .collect(Collectors.toSet()));
  }

  /** What any of them covers. */
  static AllowedValues union(Collection<AllowedValues> all) {
    if (all.stream().anyMatch(AllowedValues::any)) {
      return ANY;
    }
    return new AllowedValues(
        false,
        all.stream().flatMap(one -> one.exact.stream()).collect(Collectors.toSet()),
        all.stream().flatMap(one -> one.prefixes.stream()).collect(Collectors.toSet()));
  }

  public boolean admits(@Nullable String value) {
    if (any) {
      return true;
    }
    if (value == null) {
      return false;
    }
    return exact.contains(value) || prefixes.stream().anyMatch(value::startsWith);
  }

  /** For who is refused: what would have been covered. */
  @Override
  public String toString() {
    if (any) {
      return "*";
    }
    return java.util.stream.Stream.concat(
            exact.stream(), prefixes.stream().map(prefix -> prefix + "*"))
        .sorted()
        .collect(Collectors.joining(", "));
  }
}
