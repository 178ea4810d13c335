package penstock.feed.view;

import io.vertx.core.buffer.Buffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import org.jspecify.annotations.Nullable;
import penstock.view.fold.Fold;
import penstock.view.read.ChangeNews;

/**
 * What was told of a buffer's changes, until nothing is being read any more that may be newer.
 * Needs the channel's lock.
 */
final class ToldChangeQueue {

  /** With more, what is left does not follow, and is read. */
  private static final int MOST_KEPT = 256;

  private record Told(int partition, ChangeNews news) {}

  private final Deque<Told> kept = new ArrayDeque<>();

  /** Something came that does not follow what there is: it is to be read. */
  private boolean missed;

  void add(int partition, ChangeNews news) {
    if (kept.size() == MOST_KEPT) {
      miss();
    }
    kept.add(new Told(partition, news));
  }

  void clear() {
    kept.clear();
    missed = false;
  }

  private void miss() {
    kept.clear();
    missed = true;
  }

  /** Whether something was missed since it was asked last. */
  boolean hasMissed() {
    boolean was = missed;
    missed = false;
    return was;
  }

  /**
   * All that follows a buffer's end, as one batch; null if there is nothing. What is not newer than
   * what readers may have been shown by a read is not taken: it could have a key go back.
   */
  @Nullable ChangeBatch take(ChangeBuffer buffer) {
    if (kept.isEmpty()) {
      return null;
    }
    var end = new ArrayList<>(buffer.end().positions());
    Fold fold = buffer.generation().fold();
    var values = new LinkedHashMap<String, Buffer>();
    for (Told told = kept.poll(); told != null; told = kept.poll()) {
      int p = told.partition();
      ChangeNews news = told.news();
      if (news.last().isAfter(end.get(p))) {
        if (news.last().isAfter(buffer.seen(p))
            && news.follows(buffer.states().get(p), end.get(p))) {
          values.putAll(news.json(fold));
          end.set(p, news.last());
        } else {
          miss();
        }
      }
    }
    return values.isEmpty() ? null : new ChangeBatch(buffer.cursor(end), values);
  }
}
