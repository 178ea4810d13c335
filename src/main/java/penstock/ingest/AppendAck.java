package penstock.ingest;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import penstock.stream.Cursor;
import penstock.stream.CursorScope;
import penstock.stream.PartitionPosition;
import penstock.stream.registry.Stream;

/**
 * What is known of the events of a request when all were taken.
 *
 * @param results in the order of the events
 * @param cursor behind the last of them in the log of each partition that has any; says nothing of
 *     the others
 */
record AppendAck(List<EventResult> results, Cursor cursor) {

  static AppendAck ofOne(PartitionAck part) {
    return new AppendAck(part.results(), new Cursor(part.scope(), List.of(part.place())));
  }

  /**
   * @param indexes for each part, where its events stood in the request
   */
  static AppendAck ofSeveral(
      Stream stream, int events, List<PartitionAck> parts, List<List<Integer>> indexes) {
    EventResult[] results = new EventResult[events];
    CursorScope scope = CursorScope.of("stream", stream.name().value(), "", List.of());
    List<PartitionPosition> places =
        new ArrayList<>(Collections.nCopies(stream.partitions().size(), PartitionPosition.NOWHERE));
    for (int i = 0; i < parts.size(); i++) {
      PartitionAck part = parts.get(i);
      PartitionPosition present = places.get(part.partition());
      if (!part.place().isNowhere()) {
        // of what is appended and what is scheduled in the same partition, the later one counts
        if (present.isNowhere()) {
          scope = scope.toggle(part.partition(), part.life());
        }
        if (part.place().position().isAfter(present.position())) {
          places.set(part.partition(), part.place());
        }
      }
      for (int j = 0; j < part.results().size(); j++) {
        results[indexes.get(i).get(j)] = part.results().get(j);
      }
    }
    return new AppendAck(List.of(results), new Cursor(scope, places));
  }
}
