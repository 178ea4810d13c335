package penstock.stream.filter;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import penstock.security.identity.AllowedValues;

/**
 * Values of an attribute that a reader wants, all if there are none.
 *
 * @param exact whole values
 * @param prefixes what a value may begin with
 */
public record AttributeMatcher(Set<String> exact, Set<String> prefixes) {

  /** Wants all. */
  private static final AttributeMatcher OPEN = new AttributeMatcher(Set.of(), Set.of());

  /** At its end, it stands for whatever follows. */
  private static final String WILDCARD = "*";

  public AttributeMatcher {
    exact = Set.copyOf(exact);
    prefixes = Set.copyOf(prefixes);
  }

  /** Reads values as they are given: one that ends with {@code *} is a prefix. */
  static AttributeMatcher of(Iterable<String> given) {
    var exact = new HashSet<String>();
    var prefixes = new HashSet<String>();
    for (String value : given) {
      if (value.endsWith(WILDCARD)) {
        prefixes.add(value.substring(0, value.length() - WILDCARD.length()));
      } else {
        exact.add(value);
      }
    }
    return exact.isEmpty() && prefixes.isEmpty() ? OPEN : new AttributeMatcher(exact, prefixes);
  }

  /** There are some, and all are whole values. */
  public boolean isExact() {
    return !exact.isEmpty() && prefixes.isEmpty();
  }

  /**
   * What this and another one both want; empty if that is nothing. For a prefix within another the
   * longer one counts.
   */
  Optional<AttributeMatcher> within(AllowedValues allowed) {
    if (allowed.any()) {
      return Optional.of(this);
    }
    if (isOpen()) {
      return Optional.of(new AttributeMatcher(allowed.exact(), allowed.prefixes()));
    }
    var both = new HashSet<String>();
    exact.stream().filter(allowed::admits).forEach(both::add);
    allowed.exact().stream().filter(this::admits).forEach(both::add);
    var begun = new HashSet<String>();
    prefixes.stream().filter(allowed::admits).forEach(begun::add);
    allowed.prefixes().stream()
        .filter(one -> prefixes.stream().anyMatch(one::startsWith))
        .forEach(begun::add);
    return both.isEmpty() && begun.isEmpty()
        ? Optional.empty()
        : Optional.of(new AttributeMatcher(both, begun));
  }

  boolean isOpen() {
    return exact.isEmpty() && prefixes.isEmpty();
  }

  boolean admits(@Nullable String value) {
    if (isOpen()) {
      return true;
    }
    if (value == null) {
      return false;
    }
    return exact.contains(value) || prefixes.stream().anyMatch(value::startsWith);
  }
}
