/**
 * Feeds of views: a snapshot, then the present value of each key that changed.
 *
 * <p>Invariants: a value may repeat, a key never goes back, whichever instance served it before.
 */
@NullMarked
package penstock.feed.view;

import org.jspecify.annotations.NullMarked;
