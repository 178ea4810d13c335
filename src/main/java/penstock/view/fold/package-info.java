/**
 * Folds: pure functions from an entry and an event to an entry.
 *
 * <p>Invariants: equal input gives equal output, on every instance and in every generation; numbers
 * stay as they were sent, digit for digit.
 */
@NullMarked
package penstock.view.fold;

import org.jspecify.annotations.NullMarked;
