package penstock.consumer.worker;

/** Result of acquiring a lease. */
public sealed interface AcquireResult {

  /** This instance works. */
  record Acquired(Lease lease) implements AcquireResult {}

  /** Another instance works. */
  record Held(String holder, long millisLeft) implements AcquireResult {}

  /** Nobody can work until someone sees to it. */
  record Broken(String reason) implements AcquireResult {}

  /** It is not to be worked until someone lets it go on. */
  record Paused() implements AcquireResult {}
}
