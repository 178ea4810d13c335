package penstock.security.identity;

import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import penstock.http.Namespace;

/** All that one caller may do, by whole names. Immutable. */
public final class Rights {

  /** Where nobody is asked who calls. */
  public static final Rights ALL = new Rights(true, List.of());

  public static final Rights NONE = new Rights(false, List.of());

  private final boolean all;
  private final List<Grant> grants;

  private Rights(boolean all, List<Grant> grants) {
    this.all = all;
    this.grants = grants;
  }

  /**
   * Of a caller.
   *
   * @param space what the names in the grants stand for: so none of them reaches beyond it
   */
  public static Rights of(List<Grant> grants, Namespace space) {
    return new Rights(false, grants.stream().map(one -> one.in(space)).toList());
  }

  /** Nothing is refused. */
  public boolean isAll() {
    return all;
  }

  /** The grants of a right that are about a name. Not to be asked where {@link #isAll}. */
  public Stream<Grant> matching(Right right, String name) {
    return grants.stream().filter(one -> one.covers(right, name));
  }

  /** Whether there is this right to the name, be it under conditions. */
  public boolean has(Right right, String name) {
    return all || matching(right, name).findAny().isPresent();
  }

  /** Whether there is this right to anything. */
  public boolean has(Right right) {
    return all || grants.stream().anyMatch(one -> one.right() == right);
  }

  /** Whether there is this right to the name, without any condition. */
  public boolean hasWhole(Right right, String name) {
    return all || matching(right, name).anyMatch(one -> one.conditions().isEmpty());
  }

  /** Whether there is this right to every name, without any condition. */
  public boolean hasAll(Right right) {
    return all
        || grants.stream()
            .anyMatch(
                one -> one.right() == right && one.names().isAll() && one.conditions().isEmpty());
  }

  /**
   * Whether there is this right to the name for something.
   *
   * @param values of what it is, by the names of conditions
   */
  public boolean has(Right right, String name, Function<String, @Nullable String> values) {
    return all
        || matching(right, name)
            .anyMatch(
                one ->
                    one.conditions().entrySet().stream()
                        .allMatch(each -> each.getValue().admits(values.apply(each.getKey()))));
  }

  /** Whether there is this right to the name where a condition's value is this one. */
  public boolean has(Right right, String name, String condition, String value) {
    return all || matching(right, name).anyMatch(one -> one.admits(condition, value));
  }

  /** For which values of its one condition there is this right to the name. */
  public AllowedValues values(Right right, String name, String condition) {
    return all
        ? AllowedValues.ANY
        : AllowedValues.union(matching(right, name).map(one -> one.values(condition)).toList());
  }
}
