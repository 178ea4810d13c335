/**
 * One client's end of a feed: the transport that its frames are written to, heartbeats, time-outs,
 * lifetime.
 *
 * <p>Invariants: what waits in a socket is bounded; a client that is gone is noticed; everything
 * belongs to the event loop of its request.
 */
@NullMarked
package penstock.feed.connection;

import org.jspecify.annotations.NullMarked;
