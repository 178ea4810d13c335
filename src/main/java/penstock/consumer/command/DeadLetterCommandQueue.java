package penstock.consumer.command;

import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import penstock.consumer.membership.ControlMessage;
import penstock.consumer.membership.Membership;
import penstock.problem.Problem;
import penstock.problem.ProblemException;
import penstock.problem.ProblemType;
import penstock.redis.Keys;
import penstock.redis.RedisLink;
import penstock.redis.RedisNumber;
import penstock.redis.Script;

/**
 * Commands that wait for the holder of one shard's lease, oldest first. Any instance adds them; the
 * holder's commit that executes one removes it. Futures fail as {@link RedisLink} says.
 */
public final class DeadLetterCommandQueue {

  private static final Script ASK = Script.named("ask");

  /** Commands that may wait. */
  private static final int CAPACITY = 10_000;

  private static final Duration SOON = Duration.ofSeconds(5);

  private final RedisLink link;
  private final Membership membership;
  private final Keys.OfShard names;

  public DeadLetterCommandQueue(RedisLink link, Membership membership, Keys.OfShard names) {
    this.link = link;
    this.membership = membership;
    this.names = names;
  }

  /** Adds a command and wakes the holder; fails with a problem if too many wait already. */
  public Future<Void> add(DeadLetterCommand command) {
    return ASK.run(link, ASK.call(names.requests()).arg(command.text()).arg(CAPACITY))
        .compose(
            taken ->
                RedisNumber.intOf(taken) == 1
                    ? membership.send(ControlMessage.Type.REQUESTED, names.state())
                    : Future.failedFuture(full()));
  }

  /** The text of the first command; null if there is none. */
  public Future<@Nullable String> first() {
    return link.send(Command.LINDEX, names.requests(), 0)
        .map(first -> first == null ? null : first.toString());
  }

  private static ProblemException full() {
    return Problem.passing(
            ProblemType.TOO_BUSY,
            "Too many requests wait for the worker already. Retry later.",
            SOON)
        .exception();
  }
}
