package penstock.stream;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A stream as its resource shows it.
 *
 * @param length events that are kept
 * @param dedupWindow in the form of ISO 8601
 * @param durability {@code memory} or {@code replicated}
 */
record StreamStatus(
    String name, long length, String dedupWindow, String durability, List<OfPartition> partitions) {

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
  record OfPartition(
      int partition,
      long length,
      long appended,
      @Nullable String first,
      String last,
      String trimmed,
      int term,
      List<OfGroup> groups) {}

  /**
   * A consumer group.
   *
   * @param pending events that it was given and has not acknowledged
   */
  record OfGroup(String name, int consumers, int pending, String lastDelivered) {}
}
