/**
 * What is known of a Redis Cluster: its nodes, and which of them has which slot.
 *
 * <p>Invariants: what a node says of a slot never replaces what is known of a later owner, which is
 * the one with the greater configuration epoch; nobody relies on it being right, since each node
 * refuses what is not its own.
 */
@NullMarked
package penstock.redis.cluster;

import org.jspecify.annotations.NullMarked;
