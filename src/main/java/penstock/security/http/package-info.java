/**
 * Where it is decided who may do what: before anything is read. A filter of all requests finds out
 * who calls; a filter of all operations asks the rule that each has.
 *
 * <p>Invariants: an operation without a rule is refused to everyone; what is neither an operation
 * nor open is refused to who did not say who calls; with mode {@code none} neither filter does
 * anything.
 */
@NullMarked
package penstock.security.http;

import org.jspecify.annotations.NullMarked;
