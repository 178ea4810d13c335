/**
 * Feeds over HTTP: a request becomes a subscription.
 *
 * <p>Invariants: only a request that is wrong in itself is answered with another status than 200,
 * since that ends an EventSource for good.
 */
@NullMarked
package penstock.feed.http;

import org.jspecify.annotations.NullMarked;
