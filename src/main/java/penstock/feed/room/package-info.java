/**
 * Readers who have all that their channel has of what they want: they wait together, and are
 * written to where they wait.
 *
 * <p>Invariants: what comes costs those who want it, however many others wait; whoever cannot be
 * written to goes on by itself from where it stood, and misses and repeats nothing.
 */
@NullMarked
package penstock.feed.room;

import org.jspecify.annotations.NullMarked;
