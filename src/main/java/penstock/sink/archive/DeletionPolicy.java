package penstock.sink.archive;

import java.time.Duration;
import java.util.Optional;

/**
 * How long indices are kept.
 *
 * @param wildcard which indices
 * @param rollover of a data stream
 * @param deleteAfter a time in the cluster's form; empty if they are kept for ever
 */
record DeletionPolicy(String wildcard, Optional<Rollover> rollover, Optional<String> deleteAfter) {

  /**
   * When a data stream gets another index.
   *
   * @param age a time in the cluster's form
   * @param size bytes in the cluster's form
   */
  record Rollover(String age, String size) {}

  /** Empty if nothing is rolled over or deleted. */
  static Optional<DeletionPolicy> of(ArchiveSettings settings) {
    if (!settings.dataStream() && settings.deleteAfter().isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new DeletionPolicy(
            settings.index().wildcard(),
            settings.dataStream()
                ? Optional.of(
                    new Rollover(time(settings.rolloverAge()), settings.rolloverSize() + "b"))
                : Optional.empty(),
            settings.deleteAfter().map(DeletionPolicy::time)));
  }

  /** As {@code 30d}, or {@code 90m}. */
  private static String time(Duration time) {
    return time.equals(Duration.ofDays(time.toDays()))
        ? time.toDays() + "d"
        : time.toMinutes() + "m";
  }

  /** The same for the same policy, and for no other. */
  String description() {
    return "%s: rolled over %s, deleted %s"
        .formatted(
            wildcard,
            rollover.map(it -> "after %s or %s".formatted(it.age(), it.size())).orElse("never"),
            deleteAfter.map("after %s"::formatted).orElse("never"));
  }
}
