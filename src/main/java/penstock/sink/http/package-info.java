/**
 * What operators see of sinks, and what they have them do.
 *
 * <p>Invariants: any instance answers, whoever works a sink, from what Redis says; what is asked
 * for is noted in Redis, and done by the holder of the lease.
 */
@NullMarked
package penstock.sink.http;

import org.jspecify.annotations.NullMarked;
