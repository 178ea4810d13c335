/**
 * The bytes of Server-Sent Events, and sharing them.
 *
 * <p>Invariants: an event is encoded once; a shared buffer is released when the last of its readers
 * has written it.
 */
@NullMarked
package penstock.feed.frame;

import org.jspecify.annotations.NullMarked;
