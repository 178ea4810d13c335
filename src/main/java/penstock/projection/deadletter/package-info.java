/**
 * What becomes of the events that a view could not fold.
 *
 * <p>Invariants: only the holder of a view's lease replays or deletes one: what others want is a
 * command to it.
 */
@NullMarked
package penstock.projection.deadletter;

import org.jspecify.annotations.NullMarked;
