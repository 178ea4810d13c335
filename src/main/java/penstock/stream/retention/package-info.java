/**
 * Removing what is old from the logs.
 *
 * <p>Invariants: nothing is removed that a view has still to apply, except by a hard limit, which
 * is logged.
 */
@NullMarked
package penstock.stream.retention;

import org.jspecify.annotations.NullMarked;
