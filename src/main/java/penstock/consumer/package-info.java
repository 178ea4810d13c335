/**
 * The engine of all who work through a stream for themselves: views and sinks. The live instances
 * share the partitions; each is worked by one holder of a lease, which reads the log without a gap.
 *
 * <p>Invariants: no event that the log holds is left out, since a takeover reads by position
 * whatever the consumer group was given, and the pending list decides nothing; every write is made
 * under a fence; nothing ends a worker's loop but a shutdown, or that its shard is not wanted any
 * more. Who is to work is decided by the {@link penstock.consumer.membership.PartitionAssignor} and
 * never needed for correctness. Only a lease's holder writes what it works: others leave commands
 * to it. Where view and sink differ is their {@link penstock.consumer.worker.ShardPipeline}.
 */
@NullMarked
package penstock.consumer;

import org.jspecify.annotations.NullMarked;
