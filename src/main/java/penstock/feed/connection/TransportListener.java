package penstock.feed.connection;

/** Whoever writes to a transport. It is called on the event loop, never within a write. */
public interface TransportListener {

  /** Before there is one. */
  TransportListener NOBODY =
      new TransportListener() {
        @Override
        public void drained() {}

        @Override
        public void gone() {}
      };

  /** The socket takes more again. */
  void drained();

  /** The connection is gone. */
  void gone();
}
