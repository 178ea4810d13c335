/**
 * The resources of scheduled events.
 *
 * <p>Invariants: what is answered was so in Redis when it answered.
 */
@NullMarked
package penstock.schedule.http;

import org.jspecify.annotations.NullMarked;
