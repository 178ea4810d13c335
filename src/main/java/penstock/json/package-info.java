/**
 * JSON text (RFC 8259) as bytes: scanned, looked into, compacted and written, without a tree of
 * objects.
 *
 * <p>Invariants: what is taken is a subset of what Jackson takes with its default limits, and
 * nesting is bounded, so that no text exhausts a stack; what is not touched keeps its bytes,
 * numbers digit for digit; what is written is one line in UTF-8, with strings as Jackson writes
 * them. The package knows no event, view or feed.
 */
@NullMarked
package penstock.json;

import org.jspecify.annotations.NullMarked;
