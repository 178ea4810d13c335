package penstock.cluster;

import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import penstock.view.fold.Defect;

/** What a view must hold, worked out from the log by the test's own rules. */
final class Reference {

  private final Map<String, Object> entries = new TreeMap<>();
  private final List<String> deadLetters = new ArrayList<>();

  private Reference() {}

  /**
   * Folds events.
   *
   * @param log the entries of all partitions that the view had to take in; in order within each
   */
  static Reference of(TestedView view, List<Logged> log) {
    Reference reference = new Reference();
    for (Logged event : log) {
      switch (view) {
        case TALLY -> reference.count(event, event.key());
        case BY_SOURCE -> reference.count(event, event.source());
        case STATE -> reference.merge(event);
      }
    }
    return reference;
  }

  private void count(Logged event, String key) {
    if (event.type().equals(Defect.DEADLY)) {
      deadLetters.add(event.id());
      return;
    }
    entries.merge(key, 1, (count, one) -> (Integer) count + (Integer) one);
  }

  private void merge(Logged event) {
    if (event.type().equals(Occurrence.REMOVED)) {
      entries.remove(event.key());
      return;
    }
    JsonObject patch = event.object();
    if (patch == null) {
      deadLetters.add(event.id());
      return;
    }
    JsonObject entry =
        (JsonObject) entries.computeIfAbsent(event.key(), absent -> new JsonObject());
    for (String name : patch.fieldNames()) {
      if (patch.getValue(name) == null) {
        entry.remove(name);
      } else {
        entry.put(name, patch.getValue(name));
      }
    }
  }

  Map<String, Object> entries() {
    return entries;
  }

  /** The ids of the events that the view cannot take in. */
  List<String> deadLetters() {
    return deadLetters;
  }
}
