package penstock.feed.room;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import penstock.feed.frame.FrameBatch;
import penstock.stream.Cursor;

/**
 * Readers who have all that the history had for them. They wait together, where the newest element
 * was that was looked at: each is looked up by its keys once for all of them, joined once for all
 * who want the same, and written to them where they wait. So it costs its own readers, however many
 * others there are, and changes nothing of theirs. Belongs to an event loop.
 *
 * @param <R> a reader
 * @param <H> a history
 * @param <E> an element of it
 */
public final class WaitingRooms<R, H extends SharedHistory<E>, E> {

  /** Elements in a write, on the average: from here on what a turn writes counts as joined. */
  private static final double WORTH_JOINING = 1.25;

  private final Map<RoomInterest<E>, Room<R, H, E>> rooms = new HashMap<>(2);

  /** Only whether there are any of a key may be asked from another thread. */
  private final Map<String, List<Room<R, H, E>>> byKey = new ConcurrentHashMap<>();

  /** Those who want what has any keys or none. */
  private final List<Room<R, H, E>> ofAll = new ArrayList<>(1);

  /** There are some; for other threads. */
  private volatile boolean hasOfAll;

  /** Called when a wait has ended: its reader goes on by itself. */
  private final Consumer<R> leaves;

  /** All before it was looked at; null before the first reader. */
  private @Nullable BufferPosition<H> reached;

  /** Where the present turn began; who is to be written its news stands there until it was. */
  private @Nullable BufferPosition<H> began;

  /** Those that have news in the present turn. */
  private final List<Room<R, H, E>> concerned = new ArrayList<>();

  /** The elements that are their news. */
  private final List<E> news = new ArrayList<>();

  private long turn;

  /**
   * @param leaves is called with each reader that is to go on by itself
   */
  public WaitingRooms(Consumer<R> leaves) {
    this.leaves = leaves;
  }

  /**
   * Takes a reader, unless it has something that the history is still to bring: it would be sent
   * that again from where the others are by then.
   *
   * @return null if it has to look at all that comes
   */
  public @Nullable RoomWait<R, H, E> enter(
      R reader, RoomInterest<E> interest, BufferPosition<H> from) {
    if (!from.isTheHistories()) {
      return null;
    }
    BufferPosition<H> common = reached;
    if (rooms.isEmpty() || common == null) {
      reached = from;
      common = from;
    } else if (common.history() != from.history() || common.next() > from.next()) {
      return null;
    }
    Room<R, H, E> room = rooms.computeIfAbsent(interest, this::open);
    // thousands who come to where all stand need not each remember it by themselves
    var wait = new RoomWait<>(reader, room, common.equals(from) ? common : from);
    // whoever comes in the midst of a turn stands behind its news
    wait.take(turn);
    room.enter(wait);
    return wait;
  }

  /** Somebody waits for what has one of these keys. From any thread. */
  public boolean isAwaited(Collection<String> keys) {
    return hasOfAll || keys.stream().anyMatch(byKey::containsKey);
  }

  private Room<R, H, E> open(RoomInterest<E> interest) {
    var room = new Room<R, H, E>(interest);
    if (interest.keys().isEmpty()) {
      ofAll.add(room);
      hasOfAll = true;
    }
    for (String key : interest.keys()) {
      byKey.computeIfAbsent(key, first -> new ArrayList<>(1)).add(room);
    }
    return room;
  }

  /** The reader leaves, or goes on by itself. */
  public void leave(RoomWait<R, H, E> wait) {
    Room<R, H, E> room = wait.room();
    if (!room.leave(wait)) {
      return;
    }
    if (isOwed(wait)) {
      room.settle();
    }
    if (room.waits().isEmpty()) {
      rooms.remove(room.interest());
      ofAll.remove(room);
      hasOfAll = !ofAll.isEmpty();
      for (String key : room.interest().keys()) {
        byKey.computeIfPresent(key, (same, of) -> of.remove(room) && of.isEmpty() ? null : of);
      }
    }
  }

  /** Behind what a reader that waits was sent last. */
  public BufferPosition<H> place(RoomWait<R, H, E> wait) {
    if (wait.end() != null) {
      return wait.end();
    }
    BufferPosition<H> common = isOwed(wait) ? began : reached;
    return common != null && common.next() > wait.from().next() ? common : wait.from();
  }

  private boolean isOwed(RoomWait<R, H, E> wait) {
    return wait.room().news() != null && !wait.hasTaken(turn);
  }

  /**
   * A turn begins: looks at what is new. Those who are too far ahead of the others, or for whom
   * there is more than fits a write, go on by themselves; so do all if what was new is gone.
   *
   * @param writers is called with each reader that has something to {@link #take}
   */
  public void beginTurn(Consumer<R> writers) {
    BufferPosition<H> from = reached;
    if (rooms.isEmpty() || from == null) {
      return;
    }
    H history = from.history();
    long head = history.head();
    if (from.next() == head && !history.isClosed()) {
      return;
    }
    Cursor at = history.isClosed() ? null : history.before(head);
    if (at == null || !collect(history, from.next(), head)) {
      endTurn();
      List.copyOf(rooms.values()).forEach(this::endAll);
      return;
    }
    turn++;
    began = from;
    concerned.removeIf(this::overflows);
    for (Room<R, H, E> room : concerned) {
      room.publish(head, at);
      if (room.isAhead(from.next())) {
        room.waits().stream()
            .filter(wait -> wait.from().next() > from.next())
            .toList()
            .forEach(this::end);
      }
      room.waits().forEach(wait -> writers.accept(wait.reader()));
      room.owe(room.waits().size());
    }
    reached = new BufferPosition<>(history, head, at);
  }

  /** False if something is not there any more. */
  private boolean collect(H history, long from, long to) {
    for (long number = from; number < to; number++) {
      E element = history.find(number);
      if (element == null) {
        return false;
      }
      boolean wanted = collect(number, element, ofAll);
      for (String key : history.keys(element)) {
        List<Room<R, H, E>> found = byKey.get(key);
        if (found != null) {
          wanted |= collect(number, element, found);
        }
      }
      if (wanted) {
        news.add(element);
      }
    }
    return true;
  }

  private boolean collect(long number, E element, List<Room<R, H, E>> of) {
    boolean wanted = false;
    for (Room<R, H, E> room : of) {
      boolean concernedBefore = room.isConcerned();
      if (room.collect(number, element)) {
        wanted = true;
        if (!concernedBefore) {
          concerned.add(room);
        }
      }
    }
    return wanted;
  }

  private boolean overflows(Room<R, H, E> room) {
    if (!room.isTooMuch()) {
      return false;
    }
    room.release();
    endAll(room);
    return true;
  }

  private void endAll(Room<R, H, E> room) {
    List.copyOf(room.waits()).forEach(this::end);
  }

  /** The reader goes on by itself, from where it stands. */
  public BufferPosition<H> end(RoomWait<R, H, E> wait) {
    BufferPosition<H> place = place(wait);
    wait.end(place);
    // there must be no moment in which it neither waits nor looks at all that comes
    leaves.accept(wait.reader());
    leave(wait);
    return place;
  }

  /** The present turn has something for the reader. */
  public boolean hasNews(RoomWait<R, H, E> wait) {
    return wait.end() == null && isOwed(wait);
  }

  /** What the reader is to be written now, for it to release; null if it has that already. */
  public @Nullable FrameBatch take(RoomWait<R, H, E> wait) {
    FrameBatch batch = wait.room().news();
    if (batch == null || !hasNews(wait)) {
      return null;
    }
    wait.take(turn);
    wait.room().settle();
    return batch.retain();
  }

  /** Where those stand who wait; null before the first of them. */
  public @Nullable BufferPosition<H> reached() {
    return reached;
  }

  /** What somebody wants of the present turn, in order. */
  public List<E> news() {
    return news;
  }

  /**
   * Readers of the present turn get several of its elements in one write, or may, as far as one
   * element can tell: then it is worth while to let more of them come together.
   */
  public boolean isJoined() {
    int writes = 0;
    int deliveries = 0;
    for (Room<R, H, E> room : concerned) {
      int readers = room.waits().size();
      writes += readers;
      deliveries += readers * room.events();
    }
    return news.size() <= 1 || deliveries >= WORTH_JOINING * writes;
  }

  /** The turn is over. Whoever did not take its news goes on by itself. */
  public void endTurn() {
    for (Room<R, H, E> room : concerned) {
      if (room.isOwing()) {
        room.waits().stream().filter(this::isOwed).toList().forEach(this::end);
      }
      room.release();
    }
    concerned.clear();
    news.clear();
  }
}
