package penstock.sink.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.annotation.JsonSerialize;
import java.util.List;
import java.util.Locale;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;
import penstock.http.NameWriter;
import penstock.sink.SinkDefinition;
import penstock.sink.SinkName;
import penstock.stream.Position;
import penstock.stream.StreamName;

/**
 * A sink as its resource shows it.
 *
 * @param state of its partitions the worst: {@code stopped}, {@code paused}, {@code vacant} (nobody
 *     works it), {@code retrying} or {@code working}
 * @param lag events that are not delivered, of all partitions
 * @param lagSeconds age of the oldest of them
 * @param inFlight events that the holders were given and that are not done
 * @param lastError what was in the way last; null if nothing was
 */
record SinkStatus(
    @Schema(implementation = SinkName.class) @JsonSerialize(using = NameWriter.class) String name,
    @Schema(implementation = StreamName.class) @JsonSerialize(using = NameWriter.class)
        String stream,
    String kind,
    @Schema(enumeration = {"partition", "key", "none"}) String order,
    @Schema(enumeration = {"working", "retrying", "vacant", "paused", "stopped"}) String state,
    @Schema(description = "Events of the log that are not delivered", minimum = "0") long lag,
    @Schema(description = "Age of the oldest of these", minimum = "0") double lagSeconds,
    @Schema(description = "Events given to the holders that are not done", minimum = "0")
        long inFlight,
    @Schema(description = "Events set aside and still there", minimum = "0") long deadLetters,
    @Schema(description = "What was in the way last") @JsonInclude(JsonInclude.Include.NON_NULL)
        @Nullable LastError lastError,
    @Schema(minItems = 1) List<OfPartition> partitions) {

  private static final List<String> WORST_FIRST =
      List.of("stopped", "paused", "vacant", "retrying", "working");

  /**
   * What was in the way last.
   *
   * @param secondsAgo when that was, to a second or so
   */
  @Schema(name = "SinkError")
  record LastError(String reason, @Schema(minimum = "0") double secondsAgo) {}

  /**
   * How one partition is.
   *
   * @param state {@code working}, {@code retrying}, {@code vacant}, {@code paused} or {@code
   *     stopped}
   * @param holder the instance that works it; null if none does
   * @param delivered up to where all is done; null if it has not begun
   * @param read up to where each event is done or waits to be tried again; null if it has not begun
   * @param waiting events before {@code read} that are not done
   * @param breaker of the receiver, as the holder sees it; without one, there is no member
   * @param reason why it is stopped; without it, there is no member
   * @param replayingUpTo the end of a range that is delivered again; without one, there is no
   *     member
   */
  @Schema(name = "SinkPartition")
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record OfPartition(
      @Schema(minimum = "0") int partition,
      @Schema(enumeration = {"working", "retrying", "vacant", "paused", "stopped"}) String state,
      @Schema(description = "The instance that works it now") @Nullable String holder,
      @Schema(implementation = Position.class) @Nullable String delivered,
      @Schema(implementation = Position.class) @Nullable String read,
      @Schema(description = "Events of the log that are not delivered", minimum = "0") long lag,
      @Schema(description = "Age of the oldest of these", minimum = "0") double lagSeconds,
      @Schema(description = "Events given to the holder that are not done", minimum = "0")
          long inFlight,
      @Schema(description = "Of these, those that wait to be tried again", minimum = "0")
          long waiting,
      @Schema(minimum = "0") long deadLetters,
      @Schema(enumeration = {"closed", "open", "half-open"}) @Nullable String breaker,
      @Schema(description = "Why it is stopped") @Nullable String reason,
      @Schema(description = "The end of the range that is delivered again")
          @Nullable String replayingUpTo,
      @Schema(description = "What was in the way last") @Nullable LastError lastError) {}

  static SinkStatus of(SinkDefinition sink, List<OfPartition> partitions) {
    String worst =
        WORST_FIRST.stream()
            .filter(state -> partitions.stream().anyMatch(one -> one.state().equals(state)))
            .findFirst()
            .orElse("vacant");
    LastError error = null;
    for (OfPartition one : partitions) {
      LastError other = one.lastError();
      if (other != null && (error == null || other.secondsAgo() < error.secondsAgo())) {
        error = other;
      }
    }
    return new SinkStatus(
        sink.name().value(),
        sink.stream().name().value(),
        sink.settings().kind(),
        sink.order().name().toLowerCase(Locale.ROOT),
        worst,
        partitions.stream().mapToLong(OfPartition::lag).sum(),
        partitions.stream().mapToDouble(OfPartition::lagSeconds).max().orElse(0),
        partitions.stream().mapToLong(OfPartition::inFlight).sum(),
        partitions.stream().mapToLong(OfPartition::deadLetters).sum(),
        error,
        partitions);
  }
}
