/**
 * The Redis server that runs beside the service where none is configured: a real one, started from
 * a binary.
 *
 * <p>Invariants: its data directory belongs to one process at a time; it never outlives its parent,
 * however that ends; it listens on loopback only, on a free port; it never starts on data that it
 * would not read.
 */
@NullMarked
package penstock.redis.embedded;

import org.jspecify.annotations.NullMarked;
