/**
 * The workers: each reads one partition of a stream for one view, folds, and commits.
 *
 * <p>Invariants: every event that the log holds is applied to a view exactly once, since a commit
 * is a compare-and-set on {@code applied} under a fence; the pending list of the consumer group is
 * bookkeeping and decides nothing; nothing ends a worker's loop but a shutdown.
 */
@NullMarked
package penstock.projection;

import org.jspecify.annotations.NullMarked;
