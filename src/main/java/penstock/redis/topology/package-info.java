/**
 * Which servers there are, and which of them takes the writes, where there are several.
 *
 * <p>Invariants: what is decided is decided from answers that all were asked for at the same time;
 * who cannot be told apart is not chosen; a failure says why in words that an operator can act on.
 */
@NullMarked
package penstock.redis.topology;

import org.jspecify.annotations.NullMarked;
