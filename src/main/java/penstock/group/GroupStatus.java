package penstock.group;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.databind.annotation.JsonSerialize;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;
import penstock.http.NameWriter;
import penstock.redis.RedisNumber;
import penstock.stream.Position;
import penstock.stream.StreamName;

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

  private static final double MILLIS = 1_000;

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

  /**
   * @param replies of {@code group-describe.lua}, by partition
   */
  static GroupStatus of(StreamName stream, GroupName name, List<Response> replies) {
    var partitions = new ArrayList<OfPartition>();
    var consumers = new TreeMap<String, Consumer>();
    for (int i = 0; i < replies.size(); i++) {
      Response reply = replies.get(i);
      partitions.add(partition(i, reply));
      for (int at = 15; at + 2 < reply.size(); at += 3) {
        var one =
            new Consumer(
                reply.get(at).toString(),
                RedisNumber.longOf(reply.get(at + 1)),
                RedisNumber.longOf(reply.get(at + 2)) / MILLIS);
        consumers.merge(one.name(), one, GroupStatus::merge);
      }
    }
    Response first = replies.getFirst();
    GroupSettings settings =
        GroupSettings.of(
            first.get(0).toString(),
            first.get(1).toString(),
            first.get(2).toString(),
            first.get(3).toString(),
            first.get(4).toString());
    boolean knowsLag = partitions.stream().allMatch(one -> one.lag() != null);
    return new GroupStatus(
        name.value(),
        stream.value(),
        settings.maxDeliveries(),
        DurationText.of(settings.lease()),
        settings.backoff().stream().map(DurationText::of).toList(),
        settings.ordered(),
        settings.filter(),
        knowsLag
            ? partitions.stream().mapToLong(one -> Objects.requireNonNull(one.lag())).sum()
            : null,
        partitions.stream().mapToLong(one -> one.pending() + one.parked()).sum(),
        partitions.stream().mapToDouble(OfPartition::oldestSeconds).max().orElse(0),
        partitions.stream().mapToLong(OfPartition::acknowledged).sum(),
        partitions.stream().mapToLong(OfPartition::deadLetters).sum(),
        List.copyOf(consumers.values()),
        partitions);
  }

  private static OfPartition partition(int index, Response reply) {
    long lag = RedisNumber.longOf(reply.get(6));
    return new OfPartition(
        index,
        reply.get(5).toString(),
        lag < 0 ? null : lag,
        RedisNumber.longOf(reply.get(7)),
        RedisNumber.longOf(reply.get(8)),
        RedisNumber.longOf(reply.get(9)),
        RedisNumber.longOf(reply.get(10)) / MILLIS,
        RedisNumber.longOf(reply.get(11)),
        RedisNumber.longOf(reply.get(12)),
        RedisNumber.longOf(reply.get(13)),
        RedisNumber.longOf(reply.get(14)));
  }

  private static Consumer merge(Consumer one, Consumer other) {
    return new Consumer(
        one.name(),
        one.pending() + other.pending(),
        Math.min(one.idleSeconds(), other.idleSeconds()));
  }
}
