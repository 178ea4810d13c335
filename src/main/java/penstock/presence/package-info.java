/**
 * Presence: who is in a room, and who did not come back in time.
 *
 * <p>Invariants: what becomes of a member is decided by Redis's clock within one script, with the
 * event that tells it; each time-out is told once, whoever dies; a heartbeat of a member that is
 * there appends nothing. What is sent to Redis at once is bounded, and so is what it does in one
 * script.
 */
@NullMarked
package penstock.presence;

import org.jspecify.annotations.NullMarked;
