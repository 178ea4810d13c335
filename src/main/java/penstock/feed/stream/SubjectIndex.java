package penstock.feed.stream;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import penstock.feed.frame.BufferedEvent;
import penstock.stream.Cursor;

/**
 * Readers of certain subjects who have all that the history had for them. They wait together, where
 * the newest event was that was looked at: each event is looked up once for all of them, and only
 * those who want its subject go on by themselves. Belongs to an event loop.
 *
 * @param <R> a reader
 */
final class SubjectIndex<R> {

  /**
   * @param from where the reader stood when it came, which may be further than the others were
   */
  private record Waiting(Set<String> subjects, BufferPosition from) {}

  private final Map<R, Waiting> waiting = new LinkedHashMap<>();
  private final Map<String, Set<R>> bySubject = new HashMap<>();

  /** All before it was looked at; null before the first reader. */
  private @Nullable BufferPosition reached;

  /**
   * Takes a reader, unless it has something that the history is still to bring: it would be sent
   * that again from where the others are by then.
   *
   * @return whether it may wait here; otherwise it has to look at events by itself
   */
  boolean add(R reader, Set<String> subjects, BufferPosition from) {
    if (!from.isTheHistories()) {
      return false;
    }
    BufferPosition common = reached;
    if (waiting.isEmpty() || common == null) {
      reached = from;
    } else if (common.history() != from.history() || common.next() > from.next()) {
      return false;
    }
    waiting.put(reader, new Waiting(subjects, from));
    for (String subject : subjects) {
      bySubject.computeIfAbsent(subject, first -> new LinkedHashSet<>(2)).add(reader);
    }
    return true;
  }

  void remove(R reader) {
    Waiting left = waiting.remove(reader);
    if (left == null) {
      return;
    }
    for (String subject : left.subjects()) {
      Set<R> others = bySubject.get(subject);
      if (others != null && others.remove(reader) && others.isEmpty()) {
        bySubject.remove(subject);
      }
    }
  }

  /** Where a reader stands; null if it does not wait here. */
  @Nullable BufferPosition place(R reader) {
    Waiting found = waiting.get(reader);
    BufferPosition common = reached;
    if (found == null || common == null) {
      return null;
    }
    return common.next() > found.from().next() ? common : found.from();
  }

  /**
   * Looks at what is new. Those for whom there is something wait no more; nor does anyone if what
   * was new is gone already.
   *
   * @param leaves is called with each of them, and where it has to go on
   */
  void look(BiConsumer<R, BufferPosition> leaves) {
    BufferPosition from = reached;
    if (waiting.isEmpty() || from == null) {
      return;
    }
    HistoryBuffer history = from.history();
    long head = history.head();
    if (from.next() == head && !history.isClosed()) {
      return;
    }
    Cursor at = history.isClosed() ? null : history.before(head);
    Set<R> concerned = at == null ? null : concerned(history, from.next(), head);
    if (concerned == null || at == null) {
      release(List.copyOf(waiting.keySet()), leaves);
    } else {
      release(concerned, leaves);
      reached = new BufferPosition(history, head, at);
    }
  }

  /** Null if an event is not there any more. */
  private @Nullable Set<R> concerned(HistoryBuffer history, long from, long to) {
    var concerned = new LinkedHashSet<R>();
    for (long number = from; number < to; number++) {
      BufferedEvent event = history.find(number);
      if (event == null) {
        return null;
      }
      for (R reader : bySubject.getOrDefault(event.attributes().subject(), Set.of())) {
        Waiting one = waiting.get(reader);
        if (one != null && one.from().next() <= number) {
          concerned.add(reader);
        }
      }
    }
    return concerned;
  }

  private void release(Iterable<R> leaving, BiConsumer<R, BufferPosition> leaves) {
    var places = new ArrayList<BufferPosition>();
    leaving.forEach(reader -> places.add(place(reader)));
    int i = 0;
    for (R reader : leaving) {
      remove(reader);
      leaves.accept(reader, places.get(i++));
    }
  }
}
