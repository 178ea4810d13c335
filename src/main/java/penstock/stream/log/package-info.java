/**
 * Reading a partition's log, and pages of a stream's events.
 *
 * <p>Invariants: a page is of one life of each log, and between its events nothing is missing that
 * the log still holds; an entry that is no event fails nobody who reads the others.
 */
@NullMarked
package penstock.stream.log;

import org.jspecify.annotations.NullMarked;
