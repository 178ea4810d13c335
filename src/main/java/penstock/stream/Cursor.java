package penstock.stream;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import penstock.problem.ProblemException;
import penstock.problem.ProblemType;

/**
 * Where a reader stands in every partition that it covers, and in which existence of the log.
 * Opaque to clients.
 *
 * <p>Example: of the stream {@code orders} with two partitions, a reader has read the first up to
 * 870-0 in term 1 and the second up to 910-3 in term 4. Its cursor holds a digest of the stream's
 * name, a digest of the lives of both logs, and these two places. A {@link Term} says which places
 * are good after a master was replaced; another life of one log makes the cursor bad as a whole.
 *
 * <p>Encoded as base64url without padding of: a version byte; three bytes each of the scope's
 * identity and existence; then for each partition the term's number (varint), its bits (two bytes),
 * the position's milliseconds (zigzag varint of the difference from the partition before) and its
 * sequence (varint). A partition of which the cursor says nothing has only the term 0. Eight
 * partitions take at most 128 characters.
 *
 * @param places one for each partition, in order
 */
@Schema(
    type = SchemaType.STRING,
    description = "Where a reader stands. Opaque; do not look into it.",
    pattern = "^[A-Za-z0-9_-]+$",
    examples = "AZ4hLbdHdAHZ0JS_poq_aAA")
public record Cursor(CursorScope scope, List<PartitionPosition> places) {

  private static final int VERSION = 1;
  private static final int MAX_PARTITIONS = 1024;
  private static final int SCOPE_BYTES = 7;

  /** The number of a term, its bits, and both halves of a position. */
  private static final int MAX_PLACE_BYTES = 5 + 2 + 10 + 10;

  private static final int MAX_LENGTH = longest(MAX_PARTITIONS);

  public Cursor {
    places = List.copyOf(places);
  }

  /** The cursor of a reader of a stream that stands at the given positions. */
  public static Cursor ofStream(StreamName stream, List<LogState> logs, List<Position> positions) {
    var places = new ArrayList<PartitionPosition>(logs.size());
    for (int i = 0; i < logs.size(); i++) {
      places.add(PartitionPosition.in(logs.get(i), positions.get(i)));
    }
    return new Cursor(CursorScope.ofStream(stream, logs), places);
  }

  /** The same, but for the place in one partition. */
  public Cursor with(int partition, PartitionPosition place) {
    PartitionPosition[] moved = places.toArray(PartitionPosition[]::new);
    moved[partition] = place;
    return new Cursor(scope, List.of(moved));
  }

  /** The first partition in which it is further than another of the same scope; -1 if in none. */
  public int firstAheadOf(Cursor other) {
    for (int i = 0; i < places.size(); i++) {
      if (position(i).isAfter(other.position(i))) {
        return i;
      }
    }
    return -1;
  }

  public Position position(int partition) {
    return places.get(partition).position();
  }

  public List<Position> positions() {
    return places.stream().map(PartitionPosition::position).toList();
  }

  /**
   * Whether it says where a reader stands in every partition. The cursor of an append says so only
   * of those that the append wrote to, and is no place to begin reading at.
   */
  public boolean isWhole() {
    return places.stream().noneMatch(PartitionPosition::isNowhere);
  }

  /**
   * Why a reader cannot go on from here; empty if it can. Partitions of which the cursor says
   * nothing are no obstacle.
   *
   * @param now the scope of what is read
   * @param logs the state of its partitions, in order
   */
  public Optional<ResetReason> obstacle(CursorScope now, List<LogState> logs) {
    if (scope.identity() != now.identity() || places.size() != logs.size()) {
      return Optional.of(ResetReason.FOREIGN);
    }
    CursorScope covered = now;
    ResetReason obstacle = null;
    for (int i = 0; i < logs.size(); i++) {
      LogState log = logs.get(i);
      PartitionPosition place = places.get(i);
      if (place.isNowhere()) {
        covered = covered.toggle(i, log.life());
      } else if (!log.holds(place)) {
        obstacle = ResetReason.NEW_TERM;
      } else if (obstacle == null && log.hasGapBehind(place)) {
        obstacle = ResetReason.TRIMMED;
      }
    }
    return scope.existence() != covered.existence()
        ? Optional.of(ResetReason.NEW_LIFE)
        : Optional.ofNullable(obstacle);
  }

  /** The most characters that the cursor of so many partitions can have, whatever is in its log. */
  public static int longest(int partitions) {
    int bytes = SCOPE_BYTES + MAX_PLACE_BYTES * partitions;
    return (4 * bytes + 2) / 3;
  }

  /** The form that clients keep. */
  public String encode() {
    var out = new ByteArrayOutputStream(8 + 12 * places.size());
    out.write(VERSION);
    writeBytes(out, scope.identity(), 3);
    writeBytes(out, scope.existence(), 3);
    long millis = 0;
    for (PartitionPosition place : places) {
      writeVarint(out, place.term());
      if (place.isNowhere()) {
        continue;
      }
      writeBytes(out, place.bits(), 2);
      long step = place.position().millis() - millis;
      writeVarint(out, (step << 1) ^ (step >> 63));
      writeVarint(out, place.position().sequence());
      millis = place.position().millis();
    }
    return Base64.getUrlEncoder().withoutPadding().encodeToString(out.toByteArray());
  }

  /** Reads {@link #encode}'s form; anything else is a problem. */
  public static Cursor parse(String text) {
    try {
      if (text.length() > MAX_LENGTH) {
        throw new IllegalArgumentException("too long");
      }
      return read(new Input(Base64.getUrlDecoder().decode(text)));
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      throw malformed();
    }
  }

  private static ProblemException malformed() {
    return ProblemException.of(
        ProblemType.INVALID_CURSOR,
        "The cursor is not one that Penstock gave out. Use one from a response or an SSE id unchanged, or 'earliest' or 'latest'.");
  }

  private static Cursor read(Input in) {
    if (in.bytes(1) != VERSION) {
      throw new IllegalArgumentException("unknown version");
    }
    CursorScope scope = new CursorScope(in.bytes(3), in.bytes(3));
    var places = new ArrayList<PartitionPosition>();
    long millis = 0;
    while (in.hasMore() && places.size() < MAX_PARTITIONS) {
      int term = Math.toIntExact(checkInt(in.varint()));
      if (term == 0) {
        places.add(PartitionPosition.NOWHERE);
        continue;
      }
      int bits = in.bytes(2);
      long step = in.varint();
      millis += (step >>> 1) ^ -(step & 1);
      places.add(new PartitionPosition(term, bits, new Position(millis, in.varint())));
    }
    if (places.isEmpty() || in.hasMore()) {
      throw new IllegalArgumentException("no partition, or too many");
    }
    return new Cursor(scope, places);
  }

  private static long checkInt(long value) {
    if (value < 0 || value > Integer.MAX_VALUE) {
      throw new IllegalArgumentException("out of range");
    }
    return value;
  }

  private static void writeBytes(ByteArrayOutputStream out, int value, int count) {
    for (int shift = 8 * (count - 1); shift >= 0; shift -= 8) {
      out.write(value >>> shift);
    }
  }

  private static void writeVarint(ByteArrayOutputStream out, long value) {
    while ((value & ~0x7fL) != 0) {
      out.write((int) (value & 0x7f | 0x80));
      value >>>= 7;
    }
    out.write((int) value);
  }

  private static final class Input {

    private final byte[] bytes;
    private int next;

    Input(byte[] bytes) {
      this.bytes = bytes;
    }

    boolean hasMore() {
      return next < bytes.length;
    }

    int bytes(int count) {
      int value = 0;
      for (int i = 0; i < count; i++) {
        value = value << 8 | bytes[next++] & 0xff;
      }
      return value;
    }

    long varint() {
      long value = 0;
      for (int shift = 0; shift < 64; shift += 7) {
        byte read = bytes[next++];
        value |= (long) (read & 0x7f) << shift;
        if (read >= 0) {
          return value;
        }
      }
      throw new IllegalArgumentException("varint too long");
    }
  }
}
