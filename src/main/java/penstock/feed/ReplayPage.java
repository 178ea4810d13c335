package penstock.feed;

import java.util.List;
import penstock.stream.LogState;
import penstock.stream.Position;
import penstock.stream.Scope;

/**
 * Events of the log that follow one another, encoded for whoever replays them.
 *
 * @param log the log's state when they were read: they are of its life and term
 * @param end all up to here are in the page
 */
record ReplayPage(Scope scope, LogState log, List<Slot> slots, Position end) {

  ReplayPage {
    slots = List.copyOf(slots);
  }
}
