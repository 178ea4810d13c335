package penstock.feed;

import io.vertx.core.Context;
import java.util.ArrayList;
import java.util.List;
import penstock.stream.Follower;
import penstock.stream.LogEntry;
import penstock.stream.LogState;
import penstock.stream.Source;
import penstock.stream.Tail;

/**
 * Follows the changes of one generation of a view. Without it, changes are seen when it is looked
 * which generation is served. Belongs to the ring's event loop.
 */
final class FollowedChanges implements Follower {

  private static final int RETRY_MILLIS = 1_000;

  private final Tail tail;
  private final Context context;
  private final Runnable changed;
  private final List<Source> followed = new ArrayList<>();

  /**
   * @param changed is called when something changed, from any thread
   */
  FollowedChanges(Tail tail, Context context, Runnable changed) {
    this.tail = tail;
    this.context = context;
    this.changed = changed;
  }

  /** Follows the changes of all partitions, in the place of what was followed before. */
  void follow(List<Source> sources) {
    stop();
    followed.addAll(sources);
    followed.forEach(this::follow);
  }

  private void follow(Source source) {
    tail.follow(source, this)
        .onSuccess(following -> changed.run())
        .onFailure(
            failure ->
                context
                    .owner()
                    .setTimer(
                        RETRY_MILLIS, again -> context.runOnContext(go -> followAgain(source))));
  }

  private void followAgain(Source source) {
    if (followed.contains(source)) {
      follow(source);
    }
  }

  void stop() {
    followed.forEach(source -> tail.unfollow(source, this));
    followed.clear();
  }

  @Override
  public boolean wantsEntries() {
    return false;
  }

  @Override
  public void appended(LogState log, List<LogEntry> entries) {
    changed.run();
  }

  @Override
  public void moved(LogState log) {
    changed.run();
  }
}
