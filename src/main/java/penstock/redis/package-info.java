/**
 * The way to Redis: connections by purpose, scripts, key names, and what this Redis is and can do.
 *
 * <p>Invariants: one class ({@link penstock.redis.Keys}) names all keys; one class ({@link
 * penstock.redis.Script}) runs all scripts; an answer that does not come is never waited for longer
 * than {@code penstock.redis.timeout}; failures are distinguished by what is known of its outcome,
 * here and nowhere else; what a handler throws ends no more than what it was called for ({@link
 * penstock.problem.IsolatedCall}).
 */
@NullMarked
package penstock.redis;

import org.jspecify.annotations.NullMarked;
