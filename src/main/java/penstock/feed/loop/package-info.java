/**
 * Who is written to, and when: the subscribers of an event loop, their turns, their admission and
 * their drain.
 *
 * <p>Invariants: an event loop is never kept from its sockets for longer than a slice; what one
 * subscriber throws is its own end and nobody else's.
 */
@NullMarked
package penstock.feed.loop;

import org.jspecify.annotations.NullMarked;
