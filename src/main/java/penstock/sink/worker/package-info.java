/**
 * The workers of sinks: what was read, what is with the receiver, what waits, and what is done.
 *
 * <p>Invariants: `read` moves past an event only when it is done or noted as open, in the same
 * script; an answer that comes after its lease was dropped changes nothing; in the order by key one
 * event of a key is in flight at the most.
 */
@NullMarked
package penstock.sink.worker;

import org.jspecify.annotations.NullMarked;
