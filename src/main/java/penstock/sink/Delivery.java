package penstock.sink;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import penstock.event.Event;
import penstock.event.EventDigest;
import penstock.stream.Partition;
import penstock.stream.StreamName;
import penstock.stream.log.RawRecord;

/**
 * One handing of an event to a receiver.
 *
 * @param partition whose log it is of
 * @param record as the log has it, with its position
 * @param event the same, read
 * @param id the delivery id: the same for each repeat of the event by this sink, also after a
 *     takeover, a replay, or when Redis was lost; 32 hexadecimal digits
 * @param attempt the first one is 1; counted on over takeovers as far as that is known
 */
public record Delivery(Partition partition, RawRecord record, Event event, String id, int attempt) {

  private static final int ID_BYTES = 16;

  /** Begins the attempts of an event's delivery by a sink. */
  public static Delivery of(
      SinkName sink, Partition partition, RawRecord record, Event event, int attempt) {
    return new Delivery(partition, record, event, id(sink, partition.stream(), event), attempt);
  }

  /** Of sink, stream, and the event's source and id, and of nothing else. */
  private static String id(SinkName sink, StreamName stream, Event event) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update((sink + "\n" + stream + "\n").getBytes(StandardCharsets.UTF_8));
      byte[] bytes = digest.digest(EventDigest.of(event));
      return HexFormat.of().formatHex(Arrays.copyOf(bytes, ID_BYTES));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java platform has SHA-256", impossible);
    }
  }
}
