package penstock.feed.connection;

import penstock.feed.DisconnectReason;

/** Whoever reads by a connection. It is called on the event loop. */
public interface ConnectionListener {

  /** The socket takes more again. */
  void drained();

  /** It is gone: by the client, or by the system, which gave up a client that took nothing. */
  void gone(DisconnectReason reason);
}
