/**
 * Credentials and what is known by them: tokens by the keys of an issuer, or by an OpenID Connect
 * provider; keys of callers.
 *
 * <p>Invariants: nothing of a token is used before its signature was checked, but the name of the
 * key and the algorithm that it claims, and these only to look among keys and algorithms that the
 * configuration names; where keys are fetched from is never said by a token. No event loop waits:
 * signatures are checked on worker threads. No token is kept, logged or answered, only its digest
 * is kept.
 */
@NullMarked
package penstock.security.token;

import org.jspecify.annotations.NullMarked;
