package penstock.feed;

/** Whoever reads a feed of this instance. */
interface Reader {

  /** On whose behalf it reads. */
  ClientAddress client();

  /** Writes all that it can now. On its event loop. */
  void advance();

  /**
   * Looks after what nothing new brings about: heartbeats and limits of time. On its event loop.
   *
   * @param now as {@link System#nanoTime} tells it
   */
  void tick(long now);

  /** Ends its feed at once, from any thread. */
  void disconnect(DisconnectReason reason);
}
