/**
 * Audit: what callers did that changes something, what they were refused, and how often somebody
 * could not say who calls, as a line of the log each and as events of a stream of the service's
 * own.
 *
 * <p>Invariants: there is one place that sees all answers ({@link penstock.audit.AuditFilter}), and
 * no operation does anything for it but being marked; no request waits for it or fails for it;
 * nothing that a caller does makes more than a bounded number of records in a time; nothing of a
 * token, a query or a body is in a record.
 */
@NullMarked
package penstock.audit;

import org.jspecify.annotations.NullMarked;
