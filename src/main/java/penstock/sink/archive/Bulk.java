package penstock.sink.archive;

import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import penstock.sink.Delivery;

/**
 * Events in one bulk request.
 *
 * @param lines the request's body: two lines for each
 */
record Bulk(List<Delivery> deliveries, Buffer lines) {

  /** About what a document has beyond the bytes of its log entry. */
  private static final int BESIDES = 512;

  /**
   * As many of the first deliveries as go into one request, at least one.
   *
   * @param size bytes that the request is to have at most, unless one event has more
   */
  static Bulk first(List<Delivery> deliveries, long size, DocumentWriter documents) {
    Buffer lines = Buffer.buffer();
    int count = 0;
    while (count < deliveries.size()
        && (count == 0
            || lines.length() + deliveries.get(count).record().bytes() + BESIDES <= size)) {
      documents.write(deliveries.get(count), lines);
      count++;
    }
    return new Bulk(deliveries.subList(0, count), lines);
  }

  /** Both in one request, this one first. */
  Bulk with(Bulk next) {
    var both = new ArrayList<>(deliveries);
    both.addAll(next.deliveries);
    Buffer all = Buffer.buffer(lines.length() + next.lines.length());
    return new Bulk(both, all.appendBuffer(lines).appendBuffer(next.lines));
  }

  int count() {
    return deliveries.size();
  }
}
