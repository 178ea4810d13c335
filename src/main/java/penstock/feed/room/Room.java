package penstock.feed.room;

import java.util.ArrayList;
import java.util.List;
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

  /** Each knows its index, so that it leaves without a search. */
  private final List<RoomWait<R, H, E>> waits = new ArrayList<>(1);

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
    wait.moveTo(waits.size());
    waits.add(wait);
  }

  /** The last of the list takes its place. False if it has left already. */
  boolean leave(RoomWait<R, H, E> wait) {
    int index = wait.index();
    if (index == RoomWait.NOWHERE) {
      return false;
    }
    RoomWait<R, H, E> last = waits.removeLast();
    if (last != wait) {
      waits.set(index, last);
      last.moveTo(index);
    }
    wait.moveTo(RoomWait.NOWHERE);
    return true;
  }

  /** In no order. */
  List<RoomWait<R, H, E>> waits() {
    return waits;
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
