package penstock.feed;

/** Whoever reads a feed of this instance. */
interface Reader {

  /** Ends its feed at once, from any thread. */
  void disconnect(DisconnectReason reason);
}
