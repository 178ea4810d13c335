/**
 * What a caller is answered when a request cannot be served: one catalogue of problems, one way of
 * writing them.
 *
 * <p>Invariants: every error response of the HTTP API is an RFC 9457 document made here; its {@code
 * type} never changes once released; its {@code detail} says what to do about it.
 */
@NullMarked
package penstock.problem;

import org.jspecify.annotations.NullMarked;
