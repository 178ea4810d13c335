package penstock.feed.stream;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import penstock.feed.frame.BufferedEvent;
import penstock.feed.frame.FrameBatch;
import penstock.stream.Cursor;
import penstock.stream.filter.EventFilter;

/**
 * Readers of certain subjects who have all that the history had for them. They wait together, where
 * the newest event was that was looked at: each event is looked up by its subject once for all of
 * them, encoded once for all who want the same, and written to them where they wait. An event costs
 * its own readers, however many others there are. Belongs to an event loop.
 *
 * @param <R> a reader
 */
final class SubjectRooms<R> {

  private final Map<EventFilter, SubjectRoom<R>> rooms = new HashMap<>();
  private final Map<String, List<SubjectRoom<R>>> bySubject = new HashMap<>();

  /** Called when a wait has ended: its reader goes on by itself. */
  private final Consumer<R> leaves;

  /** All before it was looked at; null before the first reader. */
  private @Nullable BufferPosition reached;

  /** Where the present turn began; who is to be written its news stands there until it was. */
  private @Nullable BufferPosition began;

  /** Those that have news in the present turn. */
  private final List<SubjectRoom<R>> concerned = new ArrayList<>();

  /** The events that are their news. */
  private final List<BufferedEvent> events = new ArrayList<>();

  private long turn;

  /**
   * @param leaves is called with each reader that is to go on by itself
   */
  SubjectRooms(Consumer<R> leaves) {
    this.leaves = leaves;
  }

  /**
   * Takes a reader, unless it has something that the history is still to bring: it would be sent
   * that again from where the others are by then.
   *
   * @param filter of whole subjects
   * @return null if it has to look at events by itself
   */
  @Nullable SubjectWait<R> enter(R reader, EventFilter filter, BufferPosition from) {
    if (!from.isTheHistories()) {
      return null;
    }
    BufferPosition common = reached;
    if (rooms.isEmpty() || common == null) {
      reached = from;
    } else if (common.history() != from.history() || common.next() > from.next()) {
      return null;
    }
    SubjectRoom<R> room = rooms.computeIfAbsent(filter, this::open);
    var wait = new SubjectWait<>(reader, room, from);
    // whoever comes in the midst of a turn stands behind its news
    wait.take(turn);
    room.waits().add(wait);
    return wait;
  }

  private SubjectRoom<R> open(EventFilter filter) {
    var room = new SubjectRoom<R>(filter);
    for (String subject : filter.subjects().exact()) {
      bySubject.computeIfAbsent(subject, first -> new ArrayList<>(1)).add(room);
    }
    return room;
  }

  /** The reader leaves, or goes on by itself. */
  void leave(SubjectWait<R> wait) {
    SubjectRoom<R> room = wait.room();
    if (room.waits().remove(wait) && room.waits().isEmpty()) {
      rooms.remove(room.filter());
      for (String subject : room.filter().subjects().exact()) {
        bySubject.computeIfPresent(
            subject, (key, of) -> of.remove(room) && of.isEmpty() ? null : of);
      }
    }
  }

  /** Behind what a reader that waits was sent last. */
  BufferPosition place(SubjectWait<R> wait) {
    if (wait.end() != null) {
      return wait.end();
    }
    BufferPosition common = isOwed(wait) ? began : reached;
    return common != null && common.next() > wait.from().next() ? common : wait.from();
  }

  private boolean isOwed(SubjectWait<R> wait) {
    return wait.room().news() != null && !wait.hasTaken(turn);
  }

  /**
   * A turn begins: looks at what is new. Those who are too far ahead of the others, or for whom
   * there is more than fits a write, go on by themselves; so do all if what was new is gone.
   *
   * @param writers is called with each reader that has something to {@link #take}
   */
  void beginTurn(Consumer<R> writers) {
    BufferPosition from = reached;
    if (rooms.isEmpty() || from == null) {
      return;
    }
    HistoryBuffer history = from.history();
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
    for (SubjectRoom<R> room : concerned) {
      room.publish(head, at);
      for (SubjectWait<R> wait : List.copyOf(room.waits())) {
        if (wait.from().next() > from.next()) {
          end(wait);
        } else {
          writers.accept(wait.reader());
        }
      }
    }
    reached = new BufferPosition(history, head, at);
  }

  /** False if an event is not there any more. */
  private boolean collect(HistoryBuffer history, long from, long to) {
    for (long number = from; number < to; number++) {
      BufferedEvent event = history.find(number);
      if (event == null) {
        return false;
      }
      List<SubjectRoom<R>> found = bySubject.get(event.attributes().subject());
      if (found != null && collect(event, found)) {
        events.add(event);
      }
    }
    return true;
  }

  private boolean collect(BufferedEvent event, List<SubjectRoom<R>> ofSubject) {
    boolean wanted = false;
    for (SubjectRoom<R> room : ofSubject) {
      if (room.wants(event)) {
        wanted = true;
        if (room.collect(event)) {
          concerned.add(room);
        }
      }
    }
    return wanted;
  }

  private boolean overflows(SubjectRoom<R> room) {
    if (!room.isTooMuch()) {
      return false;
    }
    room.release();
    endAll(room);
    return true;
  }

  private void endAll(SubjectRoom<R> room) {
    List.copyOf(room.waits()).forEach(this::end);
  }

  /** The reader goes on by itself, from where it stands. */
  BufferPosition end(SubjectWait<R> wait) {
    BufferPosition place = place(wait);
    wait.end(place);
    leave(wait);
    leaves.accept(wait.reader());
    return place;
  }

  /** The present turn has something for the reader. */
  boolean hasNews(SubjectWait<R> wait) {
    return wait.end() == null && isOwed(wait);
  }

  /** What the reader is to be written now, for it to release; null if it has that already. */
  @Nullable FrameBatch take(SubjectWait<R> wait) {
    FrameBatch news = wait.room().news();
    if (news == null || !hasNews(wait)) {
      return null;
    }
    wait.take(turn);
    return news.retain();
  }

  /** Where those stand who wait; null before the first of them. */
  @Nullable BufferPosition reached() {
    return reached;
  }

  /** The news of the present turn, in order. */
  List<BufferedEvent> events() {
    return events;
  }

  /** The turn is over. Whoever did not take its news goes on by itself. */
  void endTurn() {
    for (SubjectRoom<R> room : concerned) {
      for (SubjectWait<R> wait : List.copyOf(room.waits())) {
        if (isOwed(wait)) {
          end(wait);
        }
      }
      room.release();
    }
    concerned.clear();
    events.clear();
  }
}
