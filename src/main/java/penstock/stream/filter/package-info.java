/**
 * Which events a reader wants: by subject, type, and conditions of the Subscriptions API and CESQL.
 *
 * <p>Invariants: a filter is a pure function of an event; what a filter of a request may cost is
 * bounded when it is read; two filters that say the same are equal, so that their readers share
 * what is sent.
 */
@NullMarked
package penstock.stream.filter;

import org.jspecify.annotations.NullMarked;
