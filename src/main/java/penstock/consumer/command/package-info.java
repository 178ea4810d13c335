/**
 * What the holder of a lease is asked to do with dead letters.
 *
 * <p>Invariants: a command is taken off its list by the commit that executes it, so it is executed
 * once; who holds the lease does not matter.
 */
@NullMarked
package penstock.consumer.command;

import org.jspecify.annotations.NullMarked;
