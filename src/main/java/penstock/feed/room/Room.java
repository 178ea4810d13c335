package penstock.feed.room;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
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

  /** With the reader of each, who is found so without a look at the wait. */
  private final Map<RoomWait<R, H, E>, R> waits = new LinkedHashMap<>(2);

  /** No wait began further than here. */
  private long furthest;

  private FrameBatch.@Nullable Builder collected;

  /** What was looked at last: it may have several of the keys. */
  private long looked = -1;

  private @Nullable FrameBatch news;

  /** How many are still to be written it. */
  private int owed;

  Room(RoomInterest<E> interest) {
    this.interest = interest;
  }

  RoomInterest<E> interest() {
    return interest;
  }

  void enter(RoomWait<R, H, E> wait) {
    furthest = Math.max(furthest, wait.from().next());
    waits.put(wait, wait.reader());
  }

  /** False if it has left already. */
  boolean leave(RoomWait<R, H, E> wait) {
    return waits.remove(wait) != null;
  }

  /** In the order in which they came. */
  Set<RoomWait<R, H, E>> waits() {
    return waits.keySet();
  }

  /** In the same order. */
  Collection<R> readers() {
    return waits.values();
  }

  /** A wait may have begun further than that. */
  boolean isAhead(long next) {
    return furthest > next;
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

  /** So many are to be written the turn's news. */
  void owe(int readers) {
    owed = readers;
  }

  /** One of them was, or is not to be any more. */
  void settle() {
    owed--;
  }

  boolean isOwing() {
    return owed > 0;
  }

  /** The turn's news, as long as it lasts; whoever writes it retains it before. */
  @Nullable FrameBatch news() {
    return news;
  }

  /** How many elements are the turn's news. */
  int events() {
    return news == null ? 0 : news.events();
  }

  /** The turn is over, or what was collected is of no use. */
  void release() {
    owed = 0;
    collected = null;
    if (news != null) {
      news.release();
      news = null;
    }
  }
}
