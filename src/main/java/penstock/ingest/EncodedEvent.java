package penstock.ingest;

import java.util.List;
import penstock.event.Event;
import penstock.event.EventDigest;
import penstock.event.EventFields;

/**
 * An event made ready for {@code append.lua}, on the thread of its request.
 *
 * @param digest of (source, id)
 * @param fields field, value, ...
 * @param bytes the size of all of it
 */
record EncodedEvent(byte[] digest, List<byte[]> fields, int bytes) {

  static EncodedEvent of(Event event) {
    List<byte[]> fields = EventFields.write(event);
    int bytes = 16;
    for (byte[] field : fields) {
      bytes += field.length;
    }
    return new EncodedEvent(EventDigest.of(event.source(), event.id()), fields, bytes);
  }
}
