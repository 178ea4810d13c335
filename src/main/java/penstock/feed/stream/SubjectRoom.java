package penstock.feed.stream;

import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import penstock.feed.frame.BufferedEvent;
import penstock.feed.frame.FrameBatch;
import penstock.stream.Cursor;
import penstock.stream.filter.EventFilter;

/**
 * Readers who wait for the same events, and what a turn has for all of them. Belongs to an event
 * loop.
 *
 * @param <R> a reader
 */
final class SubjectRoom<R> {

  private final EventFilter filter;
  private final Set<SubjectWait<R>> waits = new LinkedHashSet<>(2);
  private FrameBatch.@Nullable Builder collected;
  private @Nullable FrameBatch news;

  SubjectRoom(EventFilter filter) {
    this.filter = filter;
  }

  EventFilter filter() {
    return filter;
  }

  Set<SubjectWait<R>> waits() {
    return waits;
  }

  boolean wants(BufferedEvent event) {
    return filter.matches(event.attributes());
  }

  /**
   * Takes an event that is wanted.
   *
   * @return whether it is the first of the turn
   */
  boolean collect(BufferedEvent event) {
    boolean first = collected == null;
    if (collected == null) {
      collected = new FrameBatch.Builder(EventFilter.OPEN);
    }
    collected.add(event);
    return first;
  }

  /** What was collected is more than one write should take. */
  boolean isTooMuch() {
    return collected != null && collected.isEnough();
  }

  /** What was collected is the turn's news. */
  void publish(long next, Cursor at) {
    if (collected != null) {
      news = collected.upTo(next, at);
      collected = null;
    }
  }

  /** The turn's news, as long as it lasts; whoever writes it retains it before. */
  @Nullable FrameBatch news() {
    return news;
  }

  /** The turn is over, or what was collected is of no use. */
  void release() {
    collected = null;
    if (news != null) {
      news.release();
      news = null;
    }
  }
}
