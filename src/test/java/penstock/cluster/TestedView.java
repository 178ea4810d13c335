package penstock.cluster;

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
    return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
  }

  Map<String, String> config() {
    return config;
  }

  String property(String name) {
    return "penstock.views." + viewName() + "." + name;
  }
}
