package penstock.feed;

/** Whoever reads a feed of this instance. */
interface Reader {

  /** On whose behalf it reads. */
  ClientAddress client();

  /** Ends its feed at once, from any thread. */
  void disconnect(DisconnectReason reason);
}
