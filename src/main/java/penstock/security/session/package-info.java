/**
 * What a browser gets in the place of a token, which it cannot send with an {@code EventSource}: a
 * session, which a cookie names, and tickets for one feed each.
 *
 * <p>Invariants: what is given out is a secret of 256 random bits, which is kept nowhere; in Redis
 * there is a token under the secret's digest, sealed by the secret, so that Redis alone neither
 * tells a token nor makes a session. A token that comes out is verified as one that was sent: who
 * has a session may do what its token may do now. If Redis is away, nobody is known by either.
 */
@NullMarked
package penstock.security.session;

import org.jspecify.annotations.NullMarked;
