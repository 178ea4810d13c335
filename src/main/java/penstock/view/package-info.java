/**
 * Views: what they are, how events are folded into their entries, and how the entries are read.
 *
 * <p>Invariants: a {@link penstock.view.fold.Fold} is a pure function; numbers stay as they were
 * sent, digit for digit; a reader is given an entry together with what the view had applied at that
 * moment. Nothing here writes entries: that is the worker's, under its fence.
 */
@NullMarked
package penstock.view;

import org.jspecify.annotations.NullMarked;
