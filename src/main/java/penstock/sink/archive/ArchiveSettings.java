package penstock.sink.archive;

import java.time.Duration;
import java.util.Optional;
import penstock.sink.InvalidSinkException;
import penstock.sink.SinkDefinition;
import penstock.sink.SinkName;
import penstock.sink.SinksConfig;

/**
 * What an archive makes of events.
 *
 * @param bulkSize bytes of a bulk request
 * @param dataStream whether {@code index} is a data stream
 * @param template whether an index template, and perhaps a policy, is put at start
 * @param deleteAfter how old an index becomes; empty if nothing is deleted
 * @param rolloverAge of a data stream
 * @param rolloverSize of a data stream, in bytes
 */
record ArchiveSettings(
    SinkName sink,
    IndexName index,
    SinksConfig.IndexTime indexTime,
    long bulkSize,
    SinksConfig.DataMapping data,
    boolean dataStream,
    boolean template,
    Optional<Duration> deleteAfter,
    Duration rolloverAge,
    long rolloverSize) {

  /** The size that a bulk request should not go below: more would go into requests than events. */
  static final long LEAST_BULK = 64 << 10;

  private static final String INDEX = "penstock-{stream}-{yyyy.MM}";
  private static final String DATA_STREAM = "penstock-{stream}";

  /**
   * Reads what is declared.
   *
   * @throws InvalidSinkException if something makes no sense
   */
  static ArchiveSettings of(SinkDefinition sink) {
    SinksConfig.Archive declared = sink.settings().archive();
    IndexName index =
        IndexName.of(
            declared.index().orElse(declared.dataStream() ? DATA_STREAM : INDEX),
            sink.stream().name());
    if (declared.dataStream() && index.hasTime()) {
      throw new InvalidSinkException(
          "index", "must have no time in it: a data stream has indices of its own by time");
    }
    if (declared.bulkSize().asLongValue() < LEAST_BULK) {
      throw new InvalidSinkException("bulk-size", "must be at least 64K");
    }
    if (declared.deleteAfter().isPresent() && !declared.template()) {
      throw new InvalidSinkException("delete-after", "needs template=true, by which it is put");
    }
    positive("delete-after", declared.deleteAfter().orElse(Duration.ofDays(1)));
    positive("rollover-age", declared.rolloverAge());
    return new ArchiveSettings(
        sink.name(),
        index,
        declared.indexTime(),
        declared.bulkSize().asLongValue(),
        declared.data(),
        declared.dataStream(),
        declared.template(),
        declared.deleteAfter(),
        declared.rolloverAge(),
        declared.rolloverSize().asLongValue());
  }

  private static void positive(String setting, Duration value) {
    if (value.compareTo(Duration.ofMinutes(1)) < 0) {
      throw new InvalidSinkException(setting, "must be at least a minute");
    }
  }

  /** What the template and the policy are called. */
  String templateName() {
    return "penstock-" + sink;
  }
}
