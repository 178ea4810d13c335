/**
 * Following the logs of this instance, for all who want to know.
 *
 * <p>Invariants: a listener is called with every entry after the state that it began with, once and
 * in order, or hears that the log moved; no connection waits for each log; no message is relied on.
 */
@NullMarked
package penstock.stream.tail;

import org.jspecify.annotations.NullMarked;
