package penstock.feed.frame;

import org.jspecify.annotations.Nullable;

/**
 * Pieces of bytes, numbered from 0, of which the oldest make room for the newest. All are in one
 * array that stays, and grows with what is in it: however many come and go, a collection neither
 * copies them nor follows a reference to any.
 *
 * <p>Changed by one thread at a time, read by any; a call takes about as long as the copy of a
 * piece.
 */
public final class ByteRing {

  /** Room at first, for one of which hardly anything comes; doubled whenever it is too little. */
  private static final int FIRST_PIECES = 16;

  private static final int FIRST_BYTES = 4_096;

  /** What a piece takes beside itself: where it begins, and how long it is. */
  public static final int OVERHEAD = 2 * Integer.BYTES;

  private final int mostPieces;
  private final int mostBytes;
  private final HistoryQuota.Share share;

  private byte[] bytes = {};

  /** Where each begins, and how long it is, at its number modulo the length. */
  private int[] starts = {};

  private int[] lengths = {};

  private long oldest;
  private long next;

  /** By the pieces, and by what each takes beside itself. */
  private long taken;

  /** Others need what this one has. */
  private boolean shrinks;

  /**
   * @param mostPieces how many there may be
   * @param mostBytes what they may take together; one may always stay
   * @param share what it may have of what there is for all rings
   */
  public ByteRing(int mostPieces, long mostBytes, HistoryQuota.Share share) {
    this.mostPieces = mostPieces;
    this.share = share;
    this.mostBytes = (int) Math.min(mostBytes, Integer.MAX_VALUE / 2);
  }

  /** A copy of a piece; null if it is not there, or not any more. */
  public synchronized byte @Nullable [] get(long number) {
    if (number < oldest || number >= next) {
      return null;
    }
    byte[] piece = new byte[lengths[index(number)]];
    System.arraycopy(bytes, starts[index(number)], piece, 0, piece.length);
    return piece;
  }

  /** Whether a piece can be added now; else the oldest has to go first. */
  public synchronized boolean hasRoom(int length) {
    shrinks = bytes.length > FIRST_BYTES && share.isTooMuch();
    if (isEmpty()) {
      return true;
    }
    long most = shrinks ? bytes.length / 2 : mostBytes;
    return next - oldest < mostPieces
        && taken + length + OVERHEAD <= most
        && (shrinks || place(length) >= 0 || mayGrow(length));
  }

  private boolean mayGrow(int length) {
    return bytes.length < mostBytes && share.allows(longer(length));
  }

  /** Drops the oldest. */
  public synchronized void drop() {
    taken -= lengths[index(oldest)] + OVERHEAD;
    oldest++;
  }

  /** Adds a piece for which there is room. */
  public synchronized void add(byte[] piece) {
    if (shrinks) {
      moveTo(Math.max(bytes.length / 2, piece.length));
    } else if (place(piece.length) < 0) {
      moveTo(longer(piece.length));
    }
    int start = place(piece.length);
    System.arraycopy(piece, 0, bytes, start, piece.length);
    if (next - oldest == starts.length) {
      number(Math.clamp(2L * starts.length, Math.min(FIRST_PIECES, mostPieces), mostPieces));
    }
    starts[index(next)] = start;
    lengths[index(next)] = piece.length;
    taken += piece.length + OVERHEAD;
    next++;
  }

  private boolean isEmpty() {
    return next == oldest;
  }

  private int index(long number) {
    return (int) (number % starts.length);
  }

  /** Where a piece fits, in one; -1 if it does nowhere. */
  private int place(int length) {
    if (isEmpty()) {
      return length <= bytes.length ? 0 : -1;
    }
    int first = starts[index(oldest)];
    int end = starts[index(next - 1)] + lengths[index(next - 1)];
    if (end <= first) {
      return length <= first - end ? end : -1;
    }
    if (length <= bytes.length - end) {
      return end;
    }
    return length <= first ? 0 : -1;
  }

  /** A length with room for one more piece, if it may be so long. */
  private int longer(int length) {
    long wanted = Math.max(FIRST_BYTES, 2L * bytes.length);
    while (wanted < taken + length) {
      wanted *= 2;
    }
    return (int) Math.max(length, Math.min(wanted, mostBytes));
  }

  private void moveTo(int size) {
    byte[] moved = new byte[size];
    int end = 0;
    for (long number = oldest; number < next; number++) {
      int length = lengths[index(number)];
      System.arraycopy(bytes, starts[index(number)], moved, end, length);
      starts[index(number)] = end;
      end += length;
    }
    bytes = moved;
    share.set(size);
  }

  private void number(int most) {
    int[] formerStarts = starts;
    int[] formerLengths = lengths;
    starts = new int[most];
    lengths = new int[most];
    for (long number = oldest; number < next; number++) {
      int former = (int) (number % formerStarts.length);
      starts[index(number)] = formerStarts[former];
      lengths[index(number)] = formerLengths[former];
    }
  }
}
