/**
 * Feeds: streams as Server-Sent Events that any browser can resume on any instance.
 *
 * <p>Invariants: a reader gets every event behind its cursor that passes its filter, once and in
 * order, or a {@code reset} that says why not; an event is encoded once for all readers of an
 * instance; a reader costs a place in the history and what its socket has not taken yet, however
 * slow it is; only a request that is wrong in itself is answered with another status than 200,
 * since that ends an {@code EventSource} for good.
 */
@NullMarked
package penstock.feed;

import org.jspecify.annotations.NullMarked;
