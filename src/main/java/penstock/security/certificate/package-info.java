/**
 * Callers who are known by the certificates of their connections.
 *
 * <p>Invariants: none is asked for where the configuration does not say which name in it counts;
 * one that no authority vouches for does not get as far as a request.
 */
@NullMarked
package penstock.security.certificate;

import org.jspecify.annotations.NullMarked;
