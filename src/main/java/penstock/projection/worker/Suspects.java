package penstock.projection.worker;

import java.util.HashSet;
import java.util.Set;
import org.jboss.logging.Logger;
import penstock.consumer.BlockingCall;
import penstock.consumer.worker.Lease;
import penstock.projection.ProjectionShard;
import penstock.redis.RedisLink;
import penstock.redis.RedisNumber;
import penstock.redis.Script;
import penstock.stream.Position;

/**
 * Events of one shard on which processes may have died. Each is folded alone, and only so many
 * times. Belongs to whoever has its task's turn.
 */
final class Suspects {

  private static final Logger LOG = Logger.getLogger(Suspects.class);
  private static final Script ATTEMPT = Script.named("attempt");

  private final ProjectionShard shard;
  private final RedisLink link;
  private final int mostAttempts;
  private final Set<Position> positions = new HashSet<>();

  /**
   * @param mostAttempts how often an event is folded alone
   */
  Suspects(ProjectionShard shard, RedisLink link, int mostAttempts) {
    this.shard = shard;
    this.link = link;
    this.mostAttempts = mostAttempts;
  }

  void add(Position position) {
    positions.add(position);
  }

  boolean contains(Position position) {
    return positions.contains(position);
  }

  /** Events up to {@code applied} are no longer suspected. */
  void applied(Position applied) {
    positions.removeIf(position -> !position.isAfter(applied));
  }

  void remove(Position position) {
    positions.remove(position);
  }

  void clear() {
    positions.clear();
  }

  /**
   * Counts an attempt to fold the event alone. Called before the attempt, since the process may die
   * of it; the commit of the event removes the count.
   *
   * @return false if there were too many already: then it is not to be folded
   */
  boolean mayTry(Lease lease, Position position) throws InterruptedException {
    int attempt =
        RedisNumber.intOf(
            BlockingCall.of(
                ATTEMPT.run(
                    link,
                    ATTEMPT
                        .call(shard.names().state())
                        .arg(lease.fence())
                        .arg(position.toString()))));
    if (attempt > 1) {
      LOG.warnf(
          "an event on which processes died is folded alone: %s position=%s attempt=%d",
          shard, position, attempt);
    }
    return attempt <= mostAttempts;
  }

  /** Why an event that may not be tried any more is set aside. */
  String reason() {
    return "processes died %d times while they folded it alone".formatted(mostAttempts);
  }
}
