/**
 * Who calls, and what that one may do: claims, and the one small language of rights, which a token
 * has in a claim and the configuration has for roles.
 *
 * <p>Invariants: what is not granted is refused; a claim is put into a right as it stands, so that
 * nothing in it is taken for a pattern; a right that names a claim which the caller does not have
 * grants nothing. Nothing here does I/O.
 */
@NullMarked
package penstock.security.identity;

import org.jspecify.annotations.NullMarked;
