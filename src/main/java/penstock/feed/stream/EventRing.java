package penstock.feed.stream;

import java.lang.ref.WeakReference;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;
import penstock.feed.frame.BufferedEvent;
import penstock.feed.frame.ByteRing;
import penstock.feed.frame.HistoryQuota;
import penstock.stream.Cursor;

/**
 * The newest events of a stream, numbered from 0, of which the oldest make room for the newest.
 *
 * <p>What is kept is their bytes, in one array that collections leave alone. The objects that they
 * were, or were made again for whoever is behind, are there until the next collection, for all who
 * want them meanwhile: so a collection copies none, however many streams there are, and readers at
 * the head hardly ever make one again.
 *
 * <p>Changed by one thread, read by any. Whoever comes too late finds that an event is not there
 * any more.
 */
final class EventRing {

  /** Objects come and go so many at once. */
  private static final int BLOCK = 64;

  /** Where the ring begins. */
  static final class Floor {

    private final long oldest;

    /** The event before it; null if there was none, and the cursor is known. */
    private final byte @Nullable [] last;

    private @Nullable Cursor before;

    private Floor(long oldest, byte @Nullable [] last, @Nullable Cursor before) {
      this.oldest = oldest;
      this.last = last;
      this.before = before;
    }

    private static Floor at(Cursor before) {
      return new Floor(0, null, before);
    }

    /** Behind an event that was dropped. */
    private static Floor behind(long number, byte[] dropped) {
      return new Floor(number + 1, dropped, null);
    }

    /** The number of the oldest event. */
    long oldest() {
      return oldest;
    }

    /** The cursor before it: a reader that stands there misses nothing. */
    Cursor before() {
      Cursor known = before;
      if (known == null) {
        known = BufferedEvent.packedAt(Objects.requireNonNull(last));
        before = known;
      }
      return known;
    }
  }

  /**
   * @param at the history's cursor behind the event
   */
  record NumberedEvent(long number, BufferedEvent event, Cursor at) {}

  /** Objects of events that follow one another, until the next collection. */
  private static final class Block extends WeakReference<@Nullable NumberedEvent[]> {

    private final long first;

    Block(long first, @Nullable NumberedEvent[] events) {
      super(events);
      this.first = first;
    }
  }

  private final ByteRing packed;
  private final int mostEvents;

  /** None before the first event. */
  private volatile @Nullable AtomicReferenceArray<@Nullable Block> blocks;

  private volatile Floor floor;
  private volatile long head;

  /** The same with what is being added. */
  private Floor begin;

  private long next;

  /**
   * @param begin the cursor before the first event
   * @param mostEvents how many there may be
   * @param mostBytes what they may take together; one may always stay
   * @param share what they may take of what there is for all streams
   */
  EventRing(Cursor begin, int mostEvents, long mostBytes, HistoryQuota.Share share) {
    this.packed = new ByteRing(mostEvents, mostBytes, share);
    this.mostEvents = mostEvents;
    this.begin = Floor.at(begin);
    this.floor = this.begin;
  }

  /** The number of the event that comes next. */
  long head() {
    return head;
  }

  /** Where it begins. */
  Floor floor() {
    return floor;
  }

  /** Adds the next event, for readers to see it once it is {@link #publish published}. */
  void add(BufferedEvent event, Cursor at) {
    byte[] piece = event.pack();
    while (!packed.hasRoom(piece.length)) {
      long oldest = begin.oldest();
      begin = Floor.behind(oldest, Objects.requireNonNull(packed.get(oldest)));
      packed.drop();
    }
    packed.add(piece);
    if (next % BLOCK == 0) {
      forgetBehind(next);
    }
    block(next)[within(next)] = new NumberedEvent(next, event, at);
    next++;
  }

  /** Lets readers see what was added: all of it at once. */
  void publish() {
    floor = begin;
    head = next;
  }

  /** An event; null if it is not there any more. */
  @Nullable NumberedEvent find(long number) {
    if (number < floor.oldest()) {
      return null;
    }
    NumberedEvent found = atHand(number);
    return found == null ? unpack(number) : found;
  }

  /** The history's cursor behind an event; null if that is not there any more. */
  @Nullable Cursor at(long number) {
    NumberedEvent found = atHand(number);
    if (found != null) {
      return found.at();
    }
    byte[] piece = packed.get(number);
    return piece == null ? null : BufferedEvent.packedAt(piece);
  }

  /** An event of which there is an object; null if it would have to be made. */
  @Nullable NumberedEvent atHand(long number) {
    AtomicReferenceArray<@Nullable Block> present = blocks;
    Block block = present == null ? null : present.get(place(number, present));
    @Nullable NumberedEvent[] events =
        block == null || block.first != first(number) ? null : block.get();
    return events == null ? null : events[within(number)];
  }

  /** And those behind it in its block, since who wants one wants the next. */
  private @Nullable NumberedEvent unpack(long number) {
    @Nullable NumberedEvent[] events = block(number);
    for (int i = within(number); i < BLOCK && events[i] == null; i++) {
      byte[] piece = packed.get(first(number) + i);
      if (piece == null) {
        break;
      }
      Cursor at = BufferedEvent.packedAt(piece);
      events[i] = new NumberedEvent(first(number) + i, BufferedEvent.unpack(piece, at), at);
    }
    return events[within(number)];
  }

  /** The objects of a number's block, with room for those that are not there. */
  private @Nullable NumberedEvent[] block(long number) {
    AtomicReferenceArray<@Nullable Block> present = blocks;
    if (present == null) {
      present = new AtomicReferenceArray<>(mostEvents / BLOCK + 2);
      blocks = present;
    }
    Block block = present.get(place(number, present));
    @Nullable NumberedEvent[] events =
        block == null || block.first != first(number) ? null : block.get();
    if (events == null) {
      events = new NumberedEvent[BLOCK];
      present.set(place(number, present), new Block(first(number), events));
    }
    return events;
  }

  /**
   * Some collectors do not let go of anything before it is old: only what readers at the head may
   * want is left to them.
   */
  private void forgetBehind(long number) {
    AtomicReferenceArray<@Nullable Block> present = blocks;
    if (present != null && number >= 2 * BLOCK) {
      present.set(place(number - 2 * BLOCK, present), null);
    }
  }

  private static long first(long number) {
    return number - within(number);
  }

  private static int within(long number) {
    return (int) (number % BLOCK);
  }

  private static int place(long number, AtomicReferenceArray<@Nullable Block> blocks) {
    return (int) (number / BLOCK % blocks.length());
  }
}
