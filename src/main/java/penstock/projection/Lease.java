package penstock.projection;

import org.jspecify.annotations.Nullable;
import penstock.stream.Position;

/** What became of the attempt to get the right to work. */
sealed interface Lease {

  /**
   * The right is this worker's until another one takes it.
   *
   * @param fence number, random token and replication id: what every write must show
   * @param life of the log
   * @param applied what the view has taken in
   * @param delivered the group has handed out the log up to here; not before {@code applied}
   * @param stale entries of an earlier life must be cleared before anything else
   * @param died whoever had the right before did not give it back
   * @param lone the event that was being folded alone and is not applied; null if there is none
   */
  record Mine(
      String fence,
      String life,
      Position applied,
      Position delivered,
      boolean stale,
      boolean died,
      @Nullable Position lone)
      implements Lease {

    /** The number within the fence. */
    long number() {
      return Long.parseLong(fence.substring(0, fence.indexOf(':')));
    }
  }

  /** Another instance works. */
  record Held(String holder, long millisLeft) implements Lease {}

  /** A commit failed half-way, so that what the entries hold is not known; or the view halted. */
  record Broken(String reason) implements Lease {}

  /** The log was trimmed before the generation began: it would lack what is gone. */
  record Partial(Position trimmed) implements Lease {}
}
