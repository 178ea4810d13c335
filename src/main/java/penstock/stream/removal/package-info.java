/**
 * Removing a stream with all that belongs to it.
 *
 * <p>Invariants: a partition is there or not, at one moment; what comes to it afterwards is of
 * another life, and stays. A stream of which anything is left, or has come anew, is in the
 * registry. See decision 017.
 */
@NullMarked
package penstock.stream.removal;

import org.jspecify.annotations.NullMarked;
