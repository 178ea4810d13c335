/**
 * The workers: each reads one partition of a stream for one view, folds, and commits. The live
 * instances share them.
 *
 * <p>Invariants: every event that the log holds is applied to a view exactly once, since a commit
 * is a compare-and-set on {@code applied} under a fence; the pending list of the consumer group is
 * bookkeeping and decides nothing; nothing ends a worker's loop but a shutdown, or that its
 * generation is not wanted any more. Who is to work is decided by the {@link
 * penstock.consumer.membership.PartitionAssignor} and never needed for correctness. Only a lease's
 * holder writes a view: others leave requests to it.
 */
@NullMarked
package penstock.projection;

import org.jspecify.annotations.NullMarked;
