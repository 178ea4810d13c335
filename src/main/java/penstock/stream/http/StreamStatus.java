package penstock.stream.http;

import com.fasterxml.jackson.databind.annotation.JsonSerialize;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;
import penstock.http.NameWriter;
import penstock.stream.Position;
import penstock.stream.StreamName;

/**
 * A stream as its resource shows it.
 *
 * @param length events that are kept
 * @param dedupWindow in the form of ISO 8601
 * @param durability {@code memory} or {@code replicated}
 */
record StreamStatus(
    @Schema(implementation = StreamName.class) @JsonSerialize(using = NameWriter.class) String name,
    @Schema(description = "Events in the log", minimum = "0") long length,
    @Schema(description = "A duration as in ISO 8601") String dedupWindow,
    @Schema(enumeration = {"memory", "replicated"}) String durability,
    @Schema(minItems = 1) List<OfPartition> partitions) {

  /**
   * One partition.
   *
   * @param length events that are kept
   * @param appended events that there ever were
   * @param first position of the oldest event that is kept; null if there is none
   * @param last position of the last event, kept or not
   * @param trimmed position of the last event that was removed
   * @param term number of the master's reign, from 1
   * @param groups who consumes it
   */
  @Schema(name = "StreamPartition")
  record OfPartition(
      @Schema(minimum = "0") int partition,
      @Schema(minimum = "0") long length,
      @Schema(description = "Events that were ever appended", minimum = "0") long appended,
      @Schema(description = "Position of the oldest event; null if there is none")
          @Nullable String first,
      @Schema(implementation = Position.class) String last,
      @Schema(implementation = Position.class) String trimmed,
      @Schema(description = "How many Redis masters have held the log", minimum = "0") int term,
      List<OfGroup> groups) {}

  /**
   * A consumer group.
   *
   * @param pending events that it was given and has not acknowledged
   */
  @Schema(name = "ConsumerGroup")
  record OfGroup(
      @JsonSerialize(using = NameWriter.class) String name,
      @Schema(minimum = "0") int consumers,
      @Schema(minimum = "0") int pending,
      @Schema(implementation = Position.class) String lastDelivered) {}
}
