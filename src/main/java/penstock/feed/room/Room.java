package penstock.feed.room;

import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import penstock.feed.frame.FrameBatch;
import penstock.stream.Cursor;

/**
 * Readers who wait for the same, and what a turn has for all of them. Belongs to an event loop.
 *
 * @param <R> a reader
 * @param <H> a history
 * @param <E> an element of it
 */
final class Room<R, H extends SharedHistory<E>, E> {

  private final RoomInterest<E> interest;
  private final Set<RoomWait<R, H, E>> waits = new LinkedHashSet<>(2);
  private FrameBatch.@Nullable Builder collected;

  /** What was looked at last: it may have several of the keys. */
  private long looked = -1;

  private @Nullable FrameBatch news;

  Room(RoomInterest<E> interest) {
    this.interest = interest;
  }

  RoomInterest<E> interest() {
    return interest;
  }

  Set<RoomWait<R, H, E>> waits() {
    return waits;
  }

  /** Something was collected in this turn. */
  boolean isConcerned() {
    return collected != null;
  }

  /**
   * Takes an element with one of its keys, if it is wanted.
   *
   * @return whether it is
   */
  boolean collect(long number, E element) {
    if (looked == number) {
      return false;
    }
    looked = number;
    FrameBatch.Builder batch = collected == null ? new FrameBatch.Builder() : collected;
    if (!interest.addTo(batch, element)) {
      return false;
    }
    collected = batch;
    return true;
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
