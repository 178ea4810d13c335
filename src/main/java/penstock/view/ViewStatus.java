package penstock.view;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A view as its resource shows it: its definition and how far it is.
 *
 * @param generation what is served
 * @param building what is being built to take its place; without it, there is no member
 */
@JsonPropertyOrder({"definition", "generation", "partitions", "building"})
record ViewStatus(
    @JsonUnwrapped ViewSummary definition,
    String generation,
    List<OfPartition> partitions,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Building building) {

  /**
   * A generation that is not served yet.
   *
   * @param lag events that it has not applied, of all partitions
   */
  record Building(String generation, long lag, List<OfPartition> partitions) {

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
  record OfPartition(
      int partition,
      String state,
      @Nullable String holder,
      @Nullable Long fence,
      String applied,
      long lag,
      double lagSeconds,
      long pending,
      long entries,
      long skipped,
      long deadLetters,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String reason) {}
}
