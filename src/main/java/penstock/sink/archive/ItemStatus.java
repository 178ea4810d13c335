package penstock.sink.archive;

import java.time.Duration;
import java.util.Set;
import penstock.sink.Outcome;

/**
 * What it means that a cluster did not take a document: that it cannot take any now, or that it
 * never takes this one.
 */
final class ItemStatus {

  /** How long a cluster is left alone that says that it is read-only: disks do not grow fast. */
  static final Duration BLOCKED = Duration.ofSeconds(10);

  private static final int CONFLICT = 409;
  private static final int BAD_REQUEST = 400;

  private static final String BLOCK = "cluster_block_exception";
  private static final String ILLEGAL = "illegal_argument_exception";

  /** Said with status 400, and of no document in particular. */
  private static final Set<String> OF_THE_CLUSTER =
      Set.of(
          // More shards than the cluster may have.
          "validation_exception",
          "index_closed_exception",
          "invalid_index_name_exception",
          "index_not_found_exception",
          "security_exception");

  /** What reasons begin with that are of the settings of an index or an alias. */
  private static final Set<String> OF_THE_SETTINGS =
      Set.of("pipeline with id", "no write index", "only write ops with an op_type of create");

  private static final int LONGEST_REASON = 1_000;

  private ItemStatus() {}

  /**
   * @param type of the error, such as {@code mapper_parsing_exception}; empty if there is none
   */
  static Outcome outcome(int status, String type, String reason) {
    if (status >= 200 && status < 300 || status == CONFLICT) {
      // A conflict: the document is there, from an attempt whose answer was lost.
      return Outcome.DELIVERED;
    }
    String said = said(status, type, reason);
    if (type.equals(BLOCK)) {
      return new Outcome.Postponed(said, BLOCKED);
    }
    return status == BAD_REQUEST && isOfTheDocument(type, reason)
        ? new Outcome.Refused(type, withoutValues(reason))
        : new Outcome.Retry(said, null);
  }

  private static boolean isOfTheDocument(String type, String reason) {
    return !type.isEmpty()
        && !OF_THE_CLUSTER.contains(type)
        && !(type.equals(ILLEGAL) && OF_THE_SETTINGS.stream().anyMatch(reason::startsWith));
  }

  private static String said(int status, String type, String reason) {
    return "status %d %s: %s".formatted(status, type, withoutValues(reason));
  }

  /** What the event has in it is not for logs. */
  private static String withoutValues(String reason) {
    int values = reason.indexOf(" Preview of field's value:");
    String told = values < 0 ? reason : reason.substring(0, values);
    return told.length() <= LONGEST_REASON ? told : told.substring(0, LONGEST_REASON);
  }
}
