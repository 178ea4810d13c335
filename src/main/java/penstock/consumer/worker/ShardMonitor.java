package penstock.consumer.worker;

/** Is told how the work of a shard goes, for its meters. May be called on any thread. */
public interface ShardMonitor {

  /**
   * Whether this instance works it, by which fence, and if not, whether nobody can.
   *
   * @param number 0 if it does not work it
   */
  void held(long number, boolean isHalted);

  /** What a renewal of the lease found. */
  void renewed(LeaseRepository.Renewal renewal);

  /** Pending entries turned out to be gone from the log. */
  void vanished(int entries);

  /** How many events of the log are not done. */
  void lag(long events);

  /** The task has ended for good. */
  void remove();
}
