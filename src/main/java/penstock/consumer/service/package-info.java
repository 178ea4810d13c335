/**
 * This instance's part in the work: who lives, what is worked here, its start and its end.
 *
 * <p>Invariants: on shutdown the instance leaves the members first, then gives all leases back.
 */
@NullMarked
package penstock.consumer.service;

import org.jspecify.annotations.NullMarked;
