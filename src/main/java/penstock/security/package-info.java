/**
 * Who may do what, and from where the service can be reached.
 *
 * <p>Invariant: without a decision of the operator the service is reachable from its own machine
 * only.
 */
@NullMarked
package penstock.security;

import org.jspecify.annotations.NullMarked;
