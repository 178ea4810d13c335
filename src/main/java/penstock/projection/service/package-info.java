/**
 * What the projection offers to the rest: its start and end, rebuilds, health, resources.
 *
 * <p>Invariants: on shutdown the instance leaves the members first, then gives all leases back.
 */
@NullMarked
package penstock.projection.service;

import org.jspecify.annotations.NullMarked;
