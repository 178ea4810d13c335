package penstock.stream;

import io.vertx.core.Future;
import jakarta.enterprise.context.ApplicationScoped;

/**
 * Follows the logs of this instance's streams over one blocked connection, for all who want to
 * know. It goes on from its position after a lost connection, so that it misses nothing.
 */
@ApplicationScoped
public class Tail {

  /**
   * Begins to follow a partition.
   *
   * @return completes with the log's state once following has begun: every entry after its {@code
   *     last} will be told
   */
  public Future<LogState> follow(Partition partition, Follower follower) {
    throw new UnsupportedOperationException();
  }

  /** Ends what {@link #follow} began. */
  public void unfollow(Partition partition, Follower follower) {
    throw new UnsupportedOperationException();
  }
}
