/**
 * The workers: a lease, a takeover and a pipeline that reads, folds and commits.
 *
 * <p>Invariants: every commit is made under a fence and on what it was folded from; whatever fails,
 * all that was read ahead or cached is dropped; a thread of its own blocks, and never an event
 * loop.
 */
@NullMarked
package penstock.projection.worker;

import org.jspecify.annotations.NullMarked;
