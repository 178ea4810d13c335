/**
 * Tracing: spans of what Penstock does between a request and what becomes of its events, linked to
 * the contexts that the events carry. The spans of requests are the framework's.
 *
 * <p>Invariants: switched off, nothing is looked at, made or kept; a span is only begun for what
 * was sampled where it came from; the links of one span are bounded.
 */
@NullMarked
package penstock.trace;

import org.jspecify.annotations.NullMarked;
