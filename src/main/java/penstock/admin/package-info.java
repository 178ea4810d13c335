/**
 * What operators and platforms ask of the service: health, and the answers to requests that no
 * feature takes.
 *
 * <p>Invariant: nothing here waits for Redis; it says what others have seen.
 */
@NullMarked
package penstock.admin;

import org.jspecify.annotations.NullMarked;
