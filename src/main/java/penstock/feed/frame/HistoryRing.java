package penstock.feed.frame;

import java.lang.ref.WeakReference;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import penstock.stream.Cursor;

/**
 * The newest of what a channel's readers share, numbered from 0, of which the oldest make room for
 * the newest.
 *
 * <p>What is kept is their bytes, in one array that collections leave alone. The objects that they
 * were, or were made again for whoever is behind, are there until the next collection, for all who
 * want them meanwhile: so a collection copies none, however many channels there are, and readers at
 * the head hardly ever make one again.
 *
 * <p>Changed by one thread at a time, read by any. Whoever comes too late finds that an element is
 * not there any more.
 *
 * @param <E> an element; never modified
 */
public final class HistoryRing<E> {

  /** Objects come and go so many at once. */
  private static final int BLOCK = 64;

  /**
   * How elements become bytes and are made of them again.
   *
   * @param unpack makes the one that was packed, given the cursor behind it too
   * @param at the cursor behind one that was packed, encoded
   * @param count how much of what there may be one that was packed is
   */
  public record Format<E>(
      Function<E, byte[]> pack,
      BiFunction<byte[], Cursor, E> unpack,
      Function<byte[], String> at,
      ToIntFunction<byte[]> count) {}

  /** Where the ring begins. */
  public static final class Floor {

    private final long oldest;

    /** The same, encoded; null if it was known from the beginning. */
    private final @Nullable String encoded;

    private @Nullable Cursor before;

    private Floor(long oldest, @Nullable String encoded, @Nullable Cursor before) {
      this.oldest = oldest;
      this.encoded = encoded;
      this.before = before;
    }

    /** The number of the oldest element. */
    public long oldest() {
      return oldest;
    }

    /** The cursor before it: a reader that stands there misses nothing. */
    public Cursor before() {
      Cursor known = before;
      if (known == null) {
        known = Cursor.parse(Objects.requireNonNull(encoded));
        before = known;
      }
      return known;
    }
  }

  /**
   * @param at the cursor behind the element
   */
  public record Numbered<E>(long number, E element, Cursor at) {}

  /** Objects of elements that follow one another, until the next collection. */
  private static final class Block<E>
      extends WeakReference<AtomicReferenceArray<@Nullable Numbered<E>>> {

    private final long first;

    Block(long first, AtomicReferenceArray<@Nullable Numbered<E>> objects) {
      super(objects);
      this.first = first;
    }
  }

  private final Format<E> format;
  private final ByteRing packed;
  private final HistoryQuota.Share share;
  private final int most;

  /** None before the first element. */
  private volatile @Nullable AtomicReferenceArray<@Nullable Block<E>> blocks;

  private volatile Floor floor;
  private volatile long head;
  private volatile boolean closed;

  /** The same with what is being added. */
  private Floor begin;

  private long next;

  /** What those count that are there. */
  private long counted;

  /**
   * @param begin the cursor before the first element
   * @param most what they may count together; one may always stay
   * @param mostBytes what they may take together; one may always stay
   * @param quota what all histories may take together
   */
  public HistoryRing(Format<E> format, Cursor begin, int most, long mostBytes, HistoryQuota quota) {
    this.format = format;
    this.share = quota.new Share();
    this.packed = new ByteRing(most, mostBytes, share);
    this.most = most;
    this.begin = new Floor(0, null, begin);
    this.floor = this.begin;
  }

  /** The number of the element that comes next. */
  public long head() {
    return head;
  }

  /** Where it begins. */
  public Floor floor() {
    return floor;
  }

  /** Nothing more will come; what it took others may have. */
  public void close() {
    closed = true;
    share.close();
  }

  public boolean isClosed() {
    return closed;
  }

  /** Adds the next element, for readers to see it once it is {@link #publish published}. */
  public void add(E element, Cursor at) {
    byte[] piece = format.pack().apply(element);
    counted += format.count().applyAsInt(piece);
    while (!packed.hasRoom(piece.length) || next > begin.oldest() && counted > most) {
      drop();
    }
    packed.add(piece);
    if (next % BLOCK == 0) {
      forgetBehind(next);
    }
    block(next).set(within(next), new Numbered<>(next, element, at));
    next++;
  }

  private void drop() {
    long oldest = begin.oldest();
    byte[] dropped = Objects.requireNonNull(packed.get(oldest));
    counted -= format.count().applyAsInt(dropped);
    begin = new Floor(oldest + 1, format.at().apply(dropped), null);
    packed.drop();
  }

  /** Lets readers see what was added: all of it at once. */
  public void publish() {
    floor = begin;
    head = next;
  }

  /** An element; null if it is not there any more. */
  public @Nullable Numbered<E> find(long number) {
    if (number < floor.oldest()) {
      return null;
    }
    Numbered<E> found = atHand(number);
    return found == null ? unpack(number) : found;
  }

  /** The cursor behind an element; null if that is not there any more. */
  public @Nullable Cursor at(long number) {
    Numbered<E> found = atHand(number);
    if (found != null) {
      return found.at();
    }
    byte[] piece = packed.get(number);
    return piece == null ? null : at(piece);
  }

  private Cursor at(byte[] piece) {
    return Cursor.parse(format.at().apply(piece));
  }

  /** The cursor before an element, which may be the next; null if it is not known any more. */
  public @Nullable Cursor before(long number) {
    Floor from = floor;
    if (number <= from.oldest()) {
      return number == from.oldest() ? from.before() : null;
    }
    return at(number - 1);
  }

  /** An element of which there is an object; null if it would have to be made. */
  @Nullable Numbered<E> atHand(long number) {
    AtomicReferenceArray<@Nullable Block<E>> present = blocks;
    AtomicReferenceArray<@Nullable Numbered<E>> objects =
        present == null ? null : objects(number, present);
    return objects == null ? null : objects.get(within(number));
  }

  /**
   * And those behind it in its block, since who wants one wants the next, up to as much as is
   * written at once.
   */
  private @Nullable Numbered<E> unpack(long number) {
    AtomicReferenceArray<@Nullable Numbered<E>> objects = block(number);
    int bytes = 0;
    for (int i = within(number);
        i < BLOCK && bytes < FrameBatch.ENOUGH_BYTES && objects.get(i) == null;
        i++) {
      byte[] piece = packed.get(first(number) + i);
      if (piece == null) {
        break;
      }
      Cursor at = at(piece);
      objects.set(i, new Numbered<>(first(number) + i, format.unpack().apply(piece, at), at));
      bytes += piece.length;
    }
    return objects.get(within(number));
  }

  /** The objects of a number's block, with room for those that are not there. */
  private AtomicReferenceArray<@Nullable Numbered<E>> block(long number) {
    AtomicReferenceArray<@Nullable Block<E>> present = blocks;
    if (present == null) {
      present = new AtomicReferenceArray<>(most / BLOCK + 2);
      blocks = present;
    }
    AtomicReferenceArray<@Nullable Numbered<E>> objects = objects(number, present);
    if (objects == null) {
      objects = new AtomicReferenceArray<>(BLOCK);
      present.set(place(number, present), new Block<>(first(number), objects));
    }
    return objects;
  }

  private static <E> @Nullable AtomicReferenceArray<@Nullable Numbered<E>> objects(
      long number, AtomicReferenceArray<@Nullable Block<E>> blocks) {
    Block<E> block = blocks.get(place(number, blocks));
    return block == null || block.first != first(number) ? null : block.get();
  }

  /**
   * Some collectors do not let go of anything before it is old: only what readers at the head may
   * want is left to them.
   */
  private void forgetBehind(long number) {
    AtomicReferenceArray<@Nullable Block<E>> present = blocks;
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

  private static int place(long number, AtomicReferenceArray<?> blocks) {
    return (int) (number / BLOCK % blocks.length());
  }
}
