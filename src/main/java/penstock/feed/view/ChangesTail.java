package penstock.feed.view;

import io.vertx.core.Context;
import java.util.ArrayList;
import java.util.List;
import penstock.stream.LogEntry;
import penstock.stream.LogState;
import penstock.stream.log.OrderedNews;
import penstock.stream.tail.Tail;
import penstock.stream.tail.TailListener;
import penstock.stream.tail.TailSource;

/**
 * Follows the changes of one generation of a view. Without it, changes are seen when it is looked
 * which generation is served. Belongs to the channel's event loop.
 */
final class ChangesTail {

  private static final int RETRY_MILLIS = 1_000;

  private final Tail tail;
  private final Context context;
  private final Runnable changed;
  private List<Follower> followed = List.of();

  /**
   * @param changed is called when something changed, from any thread
   */
  ChangesTail(Tail tail, Context context, Runnable changed) {
    this.tail = tail;
    this.context = context;
    this.changed = changed;
  }

  /** Is given what is told of a partition's changes, from any thread. */
  interface ToldListener {

    void told(int partition, OrderedNews news);
  }

  /**
   * Follows the changes of all partitions, in the place of what was followed before.
   *
   * @param told is given what is told of them
   */
  void follow(List<TailSource> sources, ToldListener told) {
    stop();
    var followers = new ArrayList<Follower>();
    for (int p = 0; p < sources.size(); p++) {
      followers.add(new Follower(p, sources.get(p), told));
    }
    followed = List.copyOf(followers);
    followed.forEach(this::follow);
  }

  private void follow(Follower one) {
    tail.follow(one.source, one)
        .onSuccess(following -> followed(one))
        .onFailure(
            failure ->
                context
                    .owner()
                    .setTimer(RETRY_MILLIS, again -> context.runOnContext(go -> followAgain(one))));
  }

  /** What was stopped before it was followed could not be left then. */
  private void followed(Follower one) {
    if (followed.contains(one)) {
      changed.run();
    } else {
      tail.unfollow(one.source, one);
    }
  }

  private void followAgain(Follower one) {
    if (followed.contains(one)) {
      follow(one);
    }
  }

  void stop() {
    followed.forEach(one -> tail.unfollow(one.source, one));
    followed = List.of();
  }

  /** Follows one partition. */
  private final class Follower implements TailListener {

    private final int partition;
    private final TailSource source;
    private final ToldListener told;

    Follower(int partition, TailSource source, ToldListener told) {
      this.partition = partition;
      this.source = source;
      this.told = told;
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
    public void told(LogState log, OrderedNews news) {
      told.told(partition, news);
    }

    @Override
    public void moved(LogState log) {
      changed.run();
    }
  }
}
