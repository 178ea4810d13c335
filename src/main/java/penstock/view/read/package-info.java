/**
 * Reading views: entries, what changed, and how far a view has applied its stream.
 *
 * <p>Invariants: a reader gets an entry together with what the view had applied at that moment; a
 * read that meets another generation is made again. Nothing here writes.
 */
@NullMarked
package penstock.view.read;

import org.jspecify.annotations.NullMarked;
