package penstock.view;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The folds by the names that the configuration uses. */
final class Folds {

  private static final Map<String, Fold> BY_NAME =
      Map.of("merge", new Merge(), "count", new Count());

  private Folds() {}

  static Optional<Fold> named(String name) {
    return Optional.ofNullable(BY_NAME.get(name));
  }

  static String names() {
    return String.join(", ", new TreeMap<>(BY_NAME).keySet());
  }
}
