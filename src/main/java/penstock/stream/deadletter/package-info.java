/**
 * Events that a consumer of a stream could not deal with, set aside with the reason: by a view that
 * could not fold them, by a group whose consumers could not do what they ask for.
 *
 * <p>Invariants: a dead letter holds the whole event, so that the log need not; whoever set it
 * aside is the one to replay or delete it: its {@link penstock.stream.deadletter.DeadLetterOwner}.
 */
@NullMarked
package penstock.stream.deadletter;

import org.jspecify.annotations.NullMarked;
