/**
 * Feeds of streams: a channel with the newest events, and subscribers that are places in it.
 *
 * <p>Invariants: a subscriber gets every event behind its cursor that passes its filter, once and
 * in order, or a reset that says why not.
 */
@NullMarked
package penstock.feed.stream;

import org.jspecify.annotations.NullMarked;
