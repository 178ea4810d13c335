package penstock.view.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;
import penstock.stream.Position;
import penstock.view.Generation;

/**
 * A view as its resource shows it: its definition and how far it is.
 *
 * @param generation what is served
 * @param building what is being built to take its place; without it, there is no member
 */
@JsonPropertyOrder({"definition", "generation", "partitions", "building"})
record ViewStatus(
    @JsonUnwrapped ViewSummary definition,
    @Schema(description = "The build of the view that is served") String generation,
    List<OfPartition> partitions,
    @Schema(description = "A newer build that is not served yet")
        @JsonInclude(JsonInclude.Include.NON_NULL)
        @Nullable Building building) {

  /**
   * A generation that is not served yet.
   *
   * @param lag events that it has not applied, of all partitions
   */
  @Schema(name = "ViewBuild")
  record Building(
      String generation, @Schema(minimum = "0") long lag, List<OfPartition> partitions) {

    static Building of(Generation generation, List<OfPartition> partitions) {
      long lag = partitions.stream().mapToLong(OfPartition::lag).sum();
      return new Building(generation.id(), lag, partitions);
    }
  }

  /**
   * How far one partition is.
   *
   * @param state {@code working}, {@code vacant} or {@code halted}
   * @param holder the instance that works it; null if none does
   * @param fence number of its right to; null if nobody has it
   * @param applied position of the last event that was applied
   * @param lag events behind it
   * @param lagSeconds age of the oldest of them
   * @param pending events that the worker was given and has not applied
   * @param skipped events that it took no notice of
   * @param reason why it is halted; without it, there is no member
   */
  @Schema(name = "ViewPartition")
  record OfPartition(
      @Schema(minimum = "0") int partition,
      @Schema(enumeration = {"working", "vacant", "halted"}) String state,
      @Schema(description = "The instance that works it now") @Nullable String holder,
      @Schema(description = "How often the right to work it was taken") @Nullable Long fence,
      @Schema(implementation = Position.class) String applied,
      @Schema(description = "Events in the log that are not applied yet", minimum = "0") long lag,
      @Schema(description = "Age of the first of these", minimum = "0") double lagSeconds,
      @Schema(description = "Events given to the holder that are not applied yet", minimum = "0")
          long pending,
      @Schema(minimum = "0") long entries,
      @Schema(description = "Events without a key or value for this view", minimum = "0")
          long skipped,
      @Schema(minimum = "0") long deadLetters,
      @Schema(description = "Why it is halted") @JsonInclude(JsonInclude.Include.NON_NULL)
          @Nullable String reason) {}
}
