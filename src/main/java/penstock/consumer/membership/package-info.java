/**
 * Which instances live, and which of them works what.
 *
 * <p>Invariants: all that know the same members assign the same; nothing depends on that for
 * correctness, since the lease and its fence decide.
 */
@NullMarked
package penstock.consumer.membership;

import org.jspecify.annotations.NullMarked;
