/**
 * Sinks: every event of a stream on to another system, at least once.
 *
 * <p>Invariants: no event that passes the filter is skipped: one is delivered, set aside with its
 * reason, or tried again; what is delivered is known by {@code delivered} and the open events
 * beside it, which only the holder of the lease moves, under its fence; a repeat has the same
 * delivery id; what is held in memory is bounded. What the receiver is, is a {@link
 * penstock.sink.SinkTarget}; all else is the same for every sink.
 */
@NullMarked
package penstock.sink;

import org.jspecify.annotations.NullMarked;
