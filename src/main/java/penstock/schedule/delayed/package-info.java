/**
 * Events that enter the log later.
 *
 * <p>Invariants: what was acknowledged enters the log once, not before it is due, in the order of
 * deadlines and then of arrival; it is recognised by its source and id as any event is, while it
 * waits and for the dedup window after.
 */
@NullMarked
package penstock.schedule.delayed;

import org.jspecify.annotations.NullMarked;
