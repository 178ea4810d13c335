/**
 * CloudEvents 1.0: what an event is, how it is read from HTTP and JSON, how it is written to JSON
 * and to the fields of a log entry.
 *
 * <p>Invariants: an {@link penstock.event.Event} that exists obeys the specification; what was sent
 * comes back unchanged, numbers digit for digit; JSON data is compact.
 */
@NullMarked
package penstock.event;

import org.jspecify.annotations.NullMarked;
