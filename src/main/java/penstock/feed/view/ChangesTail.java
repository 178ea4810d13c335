package penstock.feed.view;

import io.vertx.core.Context;
import java.util.ArrayList;
import java.util.List;
import penstock.stream.LogEntry;
import penstock.stream.LogState;
import penstock.stream.tail.Tail;
import penstock.stream.tail.TailListener;
import penstock.stream.tail.TailSource;

/**
 * Follows the changes of one generation of a view. Without it, changes are seen when it is looked
 * which generation is served. Belongs to the channel's event loop.
 */
final class ChangesTail implements TailListener {

  private static final int RETRY_MILLIS = 1_000;

  private final Tail tail;
  private final Context context;
  private final Runnable changed;
  private final List<TailSource> followed = new ArrayList<>();

  /**
   * @param changed is called when something changed, from any thread
   */
  ChangesTail(Tail tail, Context context, Runnable changed) {
    this.tail = tail;
    this.context = context;
    this.changed = changed;
  }

  /** Follows the changes of all partitions, in the place of what was followed before. */
  void follow(List<TailSource> sources) {
    stop();
    followed.addAll(sources);
    followed.forEach(this::follow);
  }

  private void follow(TailSource source) {
    tail.follow(source, this)
        .onSuccess(following -> changed.run())
        .onFailure(
            failure ->
                context
                    .owner()
                    .setTimer(
                        RETRY_MILLIS, again -> context.runOnContext(go -> followAgain(source))));
  }

  private void followAgain(TailSource source) {
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
