package penstock.feed.http;

import java.util.Set;
import java.util.TreeSet;
import penstock.security.http.Callers;
import penstock.security.identity.AllowedValues;
import penstock.view.ViewName;

/** The keys of a view's entries that a reader gets. */
final class AllowedKeys {

  private AllowedKeys() {}

  /**
   * Those that are asked for, of those that the caller may see; none for all.
   *
   * @throws penstock.problem.ProblemException if nothing is left
   */
  static Set<String> of(ViewName view, Set<String> asked, Callers callers) {
    AllowedValues allowed = callers.keys(view.value());
    if (allowed.any()) {
      return asked;
    }
    if (asked.isEmpty()) {
      return allowed.exact();
    }
    var both = new TreeSet<>(asked);
    both.retainAll(allowed.exact());
    if (both.isEmpty()) {
      throw Callers.forbidden("view on " + view + " for other keys than " + allowed);
    }
    return both;
  }
}
