package penstock.cluster;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** The views of a run. */
enum TestedView {
  /** What all events of a key left of each other: tells whether their order was kept. */
  STATE(Map.of("fold", "merge", "key", "subject", "deletes", Occurrence.REMOVED)),
  /** Tells of each event that was taken in twice, or not at all. */
  TALLY(Map.of("fold", "count", "key", "subject")),
  /** Few entries that all events touch. */
  BY_SOURCE(Map.of("fold", "count", "key", "source"));

  private final Map<String, String> config;

  TestedView(Map<String, String> config) {
    this.config = config;
  }

  String viewName() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The service's properties that define the view. */
  Map<String, String> config() {
    String prefix = "penstock.views." + viewName() + ".";
    Map<String, String> properties = new HashMap<>();
    properties.put(prefix + "stream", Cluster.STREAM);
    config.forEach((property, value) -> properties.put(prefix + property, value));
    return properties;
  }
}
