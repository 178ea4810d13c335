package penstock.ingest;

import java.util.ArrayList;
import java.util.List;

/**
 * What goes to Redis in one script: whole requests and parts of them, in the order in which they
 * came.
 *
 * @param owners for each entry, whose it is
 */
record AppendBatch(List<EncodedEvent> entries, List<PendingAppend> owners) {

  /** Bounds of one script, so that it does not keep Redis from other clients for long. */
  static final int MAX_EVENTS = 256;

  static final int MAX_BYTES = 512 * 1024;

  AppendBatch() {
    this(new ArrayList<>(), new ArrayList<>());
  }

  void add(PendingAppend owner) {
    entries.add(owner.next());
    owners.add(owner);
  }

  /** The requests that have a part in it, each once. */
  List<PendingAppend> requests() {
    var requests = new ArrayList<PendingAppend>();
    for (PendingAppend owner : owners) {
      if (requests.isEmpty() || requests.getLast() != owner) {
        requests.add(owner);
      }
    }
    return requests;
  }
}
