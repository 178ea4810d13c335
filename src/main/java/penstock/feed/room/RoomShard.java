package penstock.feed.room;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import penstock.feed.connection.Connection;
import penstock.feed.frame.FrameBatch;
import penstock.feed.loop.FeedSubscriber;
import penstock.feed.loop.LoopDispatcher;
import penstock.feed.loop.SubscriberShard;

/**
 * Readers of a channel, of whom those who have all of it wait in rooms: they are not looked at for
 * what they do not want, and what they do is made ready once for all who want the same. Belongs to
 * its event loop.
 *
 * @param <H> a history of the channel
 * @param <E> an element of it
 */
public abstract class RoomShard<H extends SharedHistory<E>, E>
    extends SubscriberShard<FeedSubscriber> {

  /** So long what concerns no member may wait to be looked at, while more comes. */
  private static final long MOST_BEHIND_NANOS = 20_000_000;

  /** So much of a history may be behind what its members looked at last. */
  private static final int PART_BEHIND = 4;

  /** Those members who look by themselves at all that comes. */
  private final Set<FeedSubscriber> active = new LinkedHashSet<>(2);

  /** There are some; for other threads. */
  private volatile boolean hasActive;

  /** The others. */
  private final WaitingRooms<FeedSubscriber, H, E> rooms = new WaitingRooms<>(this::activate);

  /** Something came for which it was not woken. */
  private volatile boolean isBehind;

  /** When it was woken last by {@link #wakeFor}, and what came since. */
  private long wokenAt = System.nanoTime();

  private int skipped;

  protected RoomShard(LoopDispatcher dispatcher, Duration gather, Runnable whenEmpty) {
    super(dispatcher, gather, whenEmpty);
  }

  @Override
  public final void add(FeedSubscriber reader) {
    super.add(reader);
    activate(reader);
  }

  private void activate(FeedSubscriber reader) {
    active.add(reader);
    hasActive = true;
  }

  private void deactivate(FeedSubscriber reader) {
    active.remove(reader);
    hasActive = !active.isEmpty();
  }

  @Override
  public final void remove(FeedSubscriber reader) {
    deactivate(reader);
    super.remove(reader);
  }

  /**
   * Lets a member wait. It is asked to advance when there is something for it, or when it has to go
   * on by itself; then it calls {@link #advance}.
   *
   * @param place where it stands, with nothing more in the history
   * @return null if it has to look at all that comes by itself
   */
  public final @Nullable RoomWait<FeedSubscriber, H, E> await(
      FeedSubscriber reader, RoomInterest<E> interest, BufferPosition<H> place) {
    RoomWait<FeedSubscriber, H, E> wait = rooms.enter(reader, interest, place);
    if (wait != null) {
      deactivate(reader);
    }
    return wait;
  }

  /**
   * Writes what the present turn has for a member that waits.
   *
   * @return where the member has to go on by itself; null as long as it waits
   */
  public final @Nullable BufferPosition<H> advance(
      RoomWait<FeedSubscriber, H, E> wait, Connection connection) {
    if (!rooms.hasNews(wait)) {
      return wait.end();
    }
    if (connection.isFull()) {
      return rooms.end(wait);
    }
    FrameBatch news = rooms.take(wait);
    if (news != null) {
      connection.write(news);
    }
    return null;
  }

  /** Where a member stands that waits, or waited last. */
  public final BufferPosition<H> place(RoomWait<FeedSubscriber, H, E> wait) {
    return rooms.place(wait);
  }

  /** A member leaves that waits. */
  public final void forget(RoomWait<FeedSubscriber, H, E> wait) {
    rooms.leave(wait);
  }

  /**
   * Wakes it for what has just come into the history, if that concerns any member: what concerns
   * none is looked at with what does, or soon, so that the history does not leave them behind. From
   * whichever thread adds to the history, one at a time.
   *
   * @param keys of all that came
   * @param elements how many came
   * @param capacity how many the history holds
   */
  public final void wakeFor(Collection<String> keys, int elements, int capacity) {
    long now = System.nanoTime();
    skipped += elements;
    if (hasActive
        || skipped >= capacity / PART_BEHIND
        || now - wokenAt >= MOST_BEHIND_NANOS
        || rooms.isAwaited(keys)) {
      wokenAt = now;
      skipped = 0;
      wake();
    } else {
      isBehind = true;
    }
  }

  @Override
  public final boolean isOwedATurn() {
    return isBehind;
  }

  @Override
  public final List<FeedSubscriber> writers() {
    isBehind = false;
    List<FeedSubscriber> writers = new ArrayList<>();
    rooms.beginTurn(writers::add);
    writers.addAll(active);
    return writers;
  }

  /** Thousands of events for as many small audiences are no fewer writes if they come together. */
  @Override
  protected final boolean isJoined() {
    return hasActive || rooms.isJoined();
  }

  @Override
  public final void endTurn(long took) {
    endTurn(took, rooms.reached(), rooms.news());
    rooms.endTurn();
  }

  /**
   * The turn is over.
   *
   * @param took nanoseconds since it began
   * @param reached where those stand who wait; null if nobody ever did
   * @param news what was written to any of them
   */
  protected abstract void endTurn(long took, @Nullable BufferPosition<H> reached, List<E> news);
}
