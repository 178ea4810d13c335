/**
 * Streams: their names and settings, positions and cursors, reading the log and following it.
 *
 * <p>Invariants: a {@link penstock.stream.StreamName}, {@link penstock.stream.Position} or {@link
 * penstock.stream.Cursor} that exists is well-formed; a cursor of another log, life or term is
 * never taken for a good one.
 */
@NullMarked
package penstock.stream;

import org.jspecify.annotations.NullMarked;
