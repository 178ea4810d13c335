package penstock.projection.worker;

import penstock.stream.Position;

/** Result of acquiring a lease. */
sealed interface AcquireResult {

  /** This instance works. */
  record Acquired(Lease lease) implements AcquireResult {}

  /** Another instance works. */
  record Held(String holder, long millisLeft) implements AcquireResult {}

  /** A commit failed half-way, so that what the entries hold is not known; or the view halted. */
  record Broken(String reason) implements AcquireResult {}

  /** The log was trimmed before the generation began: it would lack what is gone. */
  record Partial(Position trimmed) implements AcquireResult {}
}
