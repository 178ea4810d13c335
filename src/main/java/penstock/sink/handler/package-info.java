/**
 * Sinks whose receiver is a bean of the application.
 *
 * <p>Invariants: a bean's failure is a delivery that did not go through, and never a failure of the
 * engine; one that does not end is given up after a time, and its thread interrupted.
 */
@NullMarked
package penstock.sink.handler;

import org.jspecify.annotations.NullMarked;
