/**
 * The workers: a lease, a takeover, and a pipeline that says what becomes of the events.
 *
 * <p>Invariants: whatever fails, all that was read ahead is dropped and the work is taken over
 * anew, from what Redis says is done; a thread of its own blocks, and never an event loop.
 */
@NullMarked
package penstock.consumer.worker;

import org.jspecify.annotations.NullMarked;
