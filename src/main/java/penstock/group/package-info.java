/**
 * Pull groups: a work queue over a stream for other services. Consumers pull events under a lease
 * and acknowledge them; what is not acknowledged in time is delivered to another.
 *
 * <p>Invariants: what is known of deliveries is in Redis alone and changed by one script at a time,
 * so that any instance serves any consumer and may die at any moment; a delivery is named by its
 * event and its number, and what is said of one that does not stand any more changes nothing; an
 * event is read of the log once, and is then leased, parked, set aside or done; pulls that wait
 * cost no connection to Redis and no thread.
 */
@NullMarked
package penstock.group;

import org.jspecify.annotations.NullMarked;
