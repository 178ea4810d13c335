package penstock.feed.view;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import penstock.stream.LogState;
import penstock.stream.Position;
import penstock.view.read.ChangelogReader;

/**
 * What changed behind some places, in all partitions.
 *
 * @param from behind which places
 * @param parts what was found in each partition
 * @param more there may be more behind them
 * @param trimmed some of them are gone
 * @param askNext how many changes of a partition to ask for next: twice as many, until what they
 *     have is more than is wanted
 */
record ChangeSet(
    List<Position> from,
    List<ChangelogReader.ChangelogPage> parts,
    boolean more,
    boolean trimmed,
    int askNext) {

  /**
   * How many changes of a partition to ask for first. Each may be of hundreds of keys, the names of
   * which are read for nothing where there are too many.
   */
  static final int FIRST_ASKED = 16;

  /**
   * @param from behind which places
   * @param most how many changes of a partition were asked for
   * @param parts what was found in each partition
   */
  static ChangeSet of(List<Position> from, int most, List<ChangelogReader.ChangelogPage> parts) {
    boolean more = false;
    boolean trimmed = false;
    for (int p = 0; p < parts.size(); p++) {
      ChangelogReader.ChangelogPage found = parts.get(p);
      trimmed = trimmed || found.state().trimmed().isAfter(from.get(p));
      more = more || found.changes().size() >= most;
    }
    return new ChangeSet(from, parts, more, trimmed, 2 * most);
  }

  /** In the order in which they changed first. */
  Set<String> keys() {
    var keys = new LinkedHashSet<String>();
    parts.forEach(part -> part.changes().forEach(change -> keys.addAll(change.keys())));
    return keys;
  }

  /** Behind the last of the changes. */
  List<Position> end() {
    var end = new ArrayList<Position>();
    for (int p = 0; p < parts.size(); p++) {
      List<ChangelogReader.ChangelogEntry> changes = parts.get(p).changes();
      end.add(changes.isEmpty() ? from.get(p) : changes.getLast().position());
    }
    return end;
  }

  /** Of the changes of all partitions, when it was asked. */
  List<LogState> states() {
    return parts.stream().map(ChangelogReader.ChangelogPage::state).toList();
  }

  /** Those of them that are behind these places. */
  ChangeSet behind(List<Position> places) {
    var begins = new ArrayList<Position>();
    var rest = new ArrayList<ChangelogReader.ChangelogPage>();
    for (int p = 0; p < parts.size(); p++) {
      Position place = places.get(p);
      begins.add(place.isAfter(from.get(p)) ? place : from.get(p));
      rest.add(
          new ChangelogReader.ChangelogPage(
              parts.get(p).state(),
              parts.get(p).changes().stream()
                  .filter(change -> change.position().isAfter(place))
                  .toList()));
    }
    return new ChangeSet(begins, rest, more, trimmed, askNext);
  }

  /**
   * The first of them that have so many keys together, taken from the partitions in turn so that
   * none is kept waiting by another. A change is not divided: one may have more.
   *
   * @param wanted the keys that count; null for all
   */
  ChangeSet first(int mostKeys, @Nullable Set<String> wanted) {
    var keys = new HashSet<String>();
    int[] taken = new int[parts.size()];
    for (int i = 0; i < longest(); i++) {
      for (int p = 0; p < parts.size(); p++) {
        List<ChangelogReader.ChangelogEntry> changes = parts.get(p).changes();
        if (i < changes.size()) {
          List<String> added =
              changes.get(i).keys().stream()
                  .filter(key -> wanted == null || wanted.contains(key))
                  .filter(key -> !keys.contains(key))
                  .toList();
          if (!keys.isEmpty() && !added.isEmpty() && keys.size() + added.size() > mostKeys) {
            return first(taken);
          }
          keys.addAll(added);
          taken[p]++;
        }
      }
    }
    return this;
  }

  private ChangeSet first(int[] taken) {
    var some = new ArrayList<ChangelogReader.ChangelogPage>();
    int longest = 1;
    for (int p = 0; p < parts.size(); p++) {
      ChangelogReader.ChangelogPage part = parts.get(p);
      some.add(
          new ChangelogReader.ChangelogPage(part.state(), part.changes().subList(0, taken[p])));
      longest = Math.max(longest, taken[p]);
    }
    return new ChangeSet(from, some, true, trimmed, 2 * longest);
  }

  private int longest() {
    return parts.stream().mapToInt(part -> part.changes().size()).max().orElse(0);
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

  /** Whether they reach as far as these places. */
  boolean reaches(List<Position> places) {
    List<Position> end = end();
    for (int p = 0; p < places.size(); p++) {
      if (places.get(p).isAfter(end.get(p))) {
        return false;
      }
    }
    return true;
  }
}
