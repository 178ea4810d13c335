package penstock.security.identity;

import java.util.Collection;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import penstock.http.Namespace;

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

  /** Whole values, and with a star at their end what they may begin with. */
  public static AllowedValues ofPatterns(Collection<String> patterns) {
    return of(patterns.stream().map(AllowedValues::pattern).toList());
  }

  private static Template.Value pattern(String text) {
    return text.endsWith("*")
        ? new Template.Value(text.substring(0, text.length() - 1), true)
        : new Template.Value(text, false);
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

  /** Whether every value is covered: by the star alone. */
  boolean isAll() {
    return any || prefixes.contains("");
  }

  /** As names of a namespace: whole ones, of which none is outside. */
  AllowedValues in(Namespace space) {
    return space.isNone()
        ? this
        : new AllowedValues(
            false,
            exact.stream().map(space::whole).collect(Collectors.toSet()),
            any
                ? Set.of(space.whole(""))
                : prefixes.stream().map(space::whole).collect(Collectors.toSet()));
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
