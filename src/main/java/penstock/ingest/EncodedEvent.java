package penstock.ingest;

import java.util.List;
import org.jspecify.annotations.Nullable;
import penstock.event.Event;
import penstock.event.EventDigest;
import penstock.event.EventFields;
import penstock.schedule.delayed.DeliveryTime;

/**
 * An event made ready for {@code append.lua} or {@code schedule.lua}, on the thread of its request.
 *
 * @param digest of (source, id)
 * @param event as it was sent
 * @param fields field, value, ...
 * @param bytes the size of all of it
 * @param time when it is to enter the log; null for at once
 */
record EncodedEvent(
    Event event, byte[] digest, List<byte[]> fields, int bytes, @Nullable DeliveryTime time) {

  static EncodedEvent of(Event event) {
    return of(event, null);
  }

  static EncodedEvent of(Event event, @Nullable DeliveryTime time) {
    List<byte[]> fields = EventFields.write(event);
    int bytes = EventDigest.LENGTH;
    for (byte[] field : fields) {
      bytes += field.length;
    }
    return new EncodedEvent(event, EventDigest.of(event.source(), event.id()), fields, bytes, time);
  }
}
