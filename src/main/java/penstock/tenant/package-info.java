/**
 * What each tenant may use: how much it appends in a second, how many events it keeps, how many
 * wait, how many readers it has.
 *
 * <p>Invariants: who has no tenant, or one without limits, costs nothing here; one tenant at its
 * limit is refused without a question to Redis; what is in memory is bounded by the tenants that
 * have a limit and were here.
 */
@NullMarked
package penstock.tenant;

import org.jspecify.annotations.NullMarked;
