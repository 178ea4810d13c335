package penstock.group;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.databind.annotation.JsonSerialize;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;
import penstock.http.NameWriter;
import penstock.stream.Position;

/**
 * A group as its resource shows it.
 *
 * @param lag events that it has not delivered yet; null while that is not known
 * @param pending events that it has delivered and that are not done
 * @param oldestSeconds age of the oldest event that is not done
 */
@JsonPropertyOrder({"name", "stream", "maxDeliveries", "lease", "backoff", "ordered", "delivery"})
record GroupStatus(
    @Schema(implementation = GroupName.class) String name,
    @JsonSerialize(using = NameWriter.class) String stream,
    int maxDeliveries,
    @Schema(description = "A duration such as 30s") String lease,
    @Schema(description = "Durations such as 5s") List<String> backoff,
    boolean ordered,
    @JsonUnwrapped GroupFilter delivery,
    @Schema(description = "Events that were not delivered yet; null while that is not known")
        @Nullable Long lag,
    @Schema(description = "Events that were delivered and are not done", minimum = "0")
        long pending,
    @Schema(description = "Age of the oldest event that is not done", minimum = "0")
        double oldestSeconds,
    @Schema(minimum = "0") long acknowledged,
    @Schema(description = "Events that were set aside", minimum = "0") long deadLetters,
    List<Consumer> consumers,
    @Schema(minItems = 1) List<OfPartition> partitions) {

  /**
   * A consumer.
   *
   * @param pending events that it was given and has not acknowledged
   * @param idleSeconds since it last pulled
   */
  @Schema(name = "GroupConsumer")
  record Consumer(
      String name,
      @Schema(minimum = "0") long pending,
      @Schema(description = "Since it was last delivered something", minimum = "0")
          double idleSeconds) {}

  /**
   * One partition.
   *
   * @param delivered the last position that was read for it
   * @param overdue of those pending what may be delivered again now
   * @param parked events that wait for another one of their key, if it is ordered
   * @param filtered events that the filter did not let pass
   * @param vanished events that were removed from the log before they were done
   */
  @Schema(name = "GroupPartition")
  record OfPartition(
      @Schema(minimum = "0") int partition,
      @Schema(implementation = Position.class) String delivered,
      @Nullable Long lag,
      @Schema(minimum = "0") long pending,
      @Schema(description = "Pending events that may be delivered again now", minimum = "0")
          long overdue,
      @Schema(description = "Events that wait for another one of their key", minimum = "0")
          long parked,
      @Schema(minimum = "0") double oldestSeconds,
      @Schema(minimum = "0") long acknowledged,
      @Schema(minimum = "0") long deadLetters,
      @Schema(description = "Events that the filter did not let pass", minimum = "0") long filtered,
      @Schema(
              description = "Events that were removed from the log before they were done",
              minimum = "0")
          long vanished) {}
}
