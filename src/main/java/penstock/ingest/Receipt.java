package penstock.ingest;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import penstock.stream.Cursor;
import penstock.stream.Place;
import penstock.stream.Scope;
import penstock.stream.Stream;

/**
 * What became of all events of a request.
 *
 * @param outcomes in the order of the events
 * @param cursor behind the last of them in each partition that has any; says nothing of the others
 */
record Receipt(List<Outcome> outcomes, Cursor cursor) {

  static Receipt ofOne(Appended part) {
    return new Receipt(part.outcomes(), new Cursor(part.scope(), List.of(part.place())));
  }

  /**
   * @param indexes for each part, where its events stood in the request
   */
  static Receipt ofSeveral(
      Stream stream, int events, List<Appended> parts, List<List<Integer>> indexes) {
    Outcome[] outcomes = new Outcome[events];
    Scope scope = Scope.of("stream", stream.name().value(), "", List.of());
    List<Place> places =
        new ArrayList<>(Collections.nCopies(stream.partitions().size(), Place.NOWHERE));
    for (int i = 0; i < parts.size(); i++) {
      Appended part = parts.get(i);
      int partition = part.outcomes().getFirst().partition();
      scope = scope.toggle(partition, part.life());
      places.set(partition, part.place());
      for (int j = 0; j < part.outcomes().size(); j++) {
        outcomes[indexes.get(i).get(j)] = part.outcomes().get(j);
      }
    }
    return new Receipt(List.of(outcomes), new Cursor(scope, places));
  }
}
