/**
 * History from Redis for readers that are behind.
 *
 * <p>Invariants: a page is read once for all who want it at the same time, and never older than
 * their question; the number of pages being read is bounded.
 */
@NullMarked
package penstock.feed.replay;

import org.jspecify.annotations.NullMarked;
