package penstock.feed.room;

import org.jspecify.annotations.Nullable;

/**
 * A reader's wait in a room. It ends when the reader has to go on by itself. Belongs to its event
 * loop.
 *
 * @param <R> a reader
 * @param <H> a history
 * @param <E> an element of it
 */
public final class RoomWait<R, H extends SharedHistory<E>, E> {

  /** The index of a wait that is in no room. */
  static final int NOWHERE = -1;

  private final R reader;
  private final Room<R, H, E> room;

  /** Where the reader stood when it came, which may be further than the others were. */
  private final BufferPosition<H> from;

  /** Where it is in the room's list. */
  private int index = NOWHERE;

  /** The turn whose news the reader took last. */
  private long taken;

  private @Nullable BufferPosition<H> end;

  RoomWait(R reader, Room<R, H, E> room, BufferPosition<H> from) {
    this.reader = reader;
    this.room = room;
    this.from = from;
  }

  R reader() {
    return reader;
  }

  Room<R, H, E> room() {
    return room;
  }

  BufferPosition<H> from() {
    return from;
  }

  int index() {
    return index;
  }

  void moveTo(int index) {
    this.index = index;
  }

  /** The reader was written the news of this turn. */
  void take(long turn) {
    taken = turn;
  }

  boolean hasTaken(long turn) {
    return taken == turn;
  }

  /** Where the reader has to go on by itself; null as long as it waits. */
  public @Nullable BufferPosition<H> end() {
    return end;
  }

  void end(BufferPosition<H> place) {
    end = place;
  }
}
