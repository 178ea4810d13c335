package penstock.feed.view;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import penstock.stream.LogState;
import penstock.stream.Position;
import penstock.view.read.ChangelogReader;

/**
 * What changed behind some places, in all partitions.
 *
 * @param keys in the order in which they changed first
 * @param end behind the last of the changes
 * @param parts what was found in each partition
 * @param more there may be more behind them
 * @param trimmed some of them are gone
 */
record ChangeSet(
    Set<String> keys,
    List<Position> end,
    List<ChangelogReader.ChangelogPage> parts,
    boolean more,
    boolean trimmed) {

  /**
   * @param from behind which places
   * @param most how many changes of a partition were asked for
   * @param parts what was found in each partition
   */
  static ChangeSet of(List<Position> from, int most, List<ChangelogReader.ChangelogPage> parts) {
    var keys = new LinkedHashSet<String>();
    var end = new ArrayList<Position>();
    boolean more = false;
    boolean trimmed = false;
    for (int p = 0; p < parts.size(); p++) {
      ChangelogReader.ChangelogPage found = parts.get(p);
      trimmed = trimmed || found.state().trimmed().isAfter(from.get(p));
      more = more || found.changes().size() >= most;
      found.changes().forEach(change -> keys.addAll(change.keys()));
      end.add(found.changes().isEmpty() ? from.get(p) : found.changes().getLast().position());
    }
    return new ChangeSet(keys, end, parts, more, trimmed);
  }

  /** Of the changes of all partitions, when it was asked. */
  List<LogState> states() {
    return parts.stream().map(ChangelogReader.ChangelogPage::state).toList();
  }

  /** Those keys that changed behind these places. */
  Set<String> keysBehind(List<Position> places) {
    var keys = new LinkedHashSet<String>();
    for (int p = 0; p < parts.size(); p++) {
      for (ChangelogReader.ChangelogEntry change : parts.get(p).changes()) {
        if (change.position().isAfter(places.get(p))) {
          keys.addAll(change.keys());
        }
      }
    }
    return keys;
  }

  /** Whether the server that was read from does not have yet what was seen at these places. */
  static boolean isBehind(List<Position> from, List<ChangelogReader.ChangelogPage> parts) {
    for (int p = 0; p < parts.size(); p++) {
      if (from.get(p).isAfter(parts.get(p).state().last())) {
        return true;
      }
    }
    return false;
  }

  /** Behind the last of the changes, and not before these places. */
  List<Position> endFrom(List<Position> places) {
    var furthest = new ArrayList<Position>();
    for (int p = 0; p < places.size(); p++) {
      furthest.add(end.get(p).isAfter(places.get(p)) ? end.get(p) : places.get(p));
    }
    return furthest;
  }

  /** Whether they reach as far as these places. */
  boolean reaches(List<Position> places) {
    for (int p = 0; p < places.size(); p++) {
      if (places.get(p).isAfter(end.get(p))) {
        return false;
      }
    }
    return true;
  }
}
