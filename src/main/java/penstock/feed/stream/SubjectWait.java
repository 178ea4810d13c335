package penstock.feed.stream;

import org.jspecify.annotations.Nullable;

/**
 * A reader's wait for events of its subjects, in a room with those who want the same. It ends when
 * the reader has to look at events by itself. Belongs to its event loop.
 *
 * @param <R> a reader
 */
final class SubjectWait<R> {

  private final R reader;
  private final SubjectRoom<R> room;

  /** Where the reader stood when it came, which may be further than the others were. */
  private final BufferPosition from;

  /** The turn whose news the reader took last. */
  private long taken;

  private @Nullable BufferPosition end;

  SubjectWait(R reader, SubjectRoom<R> room, BufferPosition from) {
    this.reader = reader;
    this.room = room;
    this.from = from;
  }

  R reader() {
    return reader;
  }

  SubjectRoom<R> room() {
    return room;
  }

  BufferPosition from() {
    return from;
  }

  /** The reader was written the news of this turn. */
  void take(long turn) {
    taken = turn;
  }

  boolean hasTaken(long turn) {
    return taken == turn;
  }

  /** Where the reader has to go on by itself; null as long as it waits. */
  @Nullable BufferPosition end() {
    return end;
  }

  void end(BufferPosition place) {
    end = place;
  }
}
