package penstock.feed.loop;

import penstock.feed.DisconnectReason;
import penstock.feed.connection.ClientAddress;
import penstock.security.identity.Caller;

/** Whoever reads a feed of this instance: what its loop, admission and drain know of it. */
public interface FeedSubscriber {

  /** On whose behalf it reads. */
  ClientAddress client();

  /** As whom that is known. */
  Caller caller();

  /** Writes all that it can now. On its event loop. */
  void advance();

  /**
   * Reads what {@link #advance} will need, so that the processor has it at hand then. On its event
   * loop.
   *
   * @return something of it: what nobody needs the compiler leaves out
   */
  long touch();

  /**
   * Periodic duties: heartbeats, time-outs, lifetimes. On its event loop.
   *
   * @param now the {@link System#nanoTime} at which this tick began
   */
  void tick(long now);

  /** Ends its feed at once, from any thread. */
  void disconnect(DisconnectReason reason);
}
