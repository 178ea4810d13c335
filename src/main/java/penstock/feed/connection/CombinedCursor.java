package penstock.feed.connection;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import penstock.problem.ProblemException;
import penstock.problem.ProblemType;
import penstock.stream.Cursor;

/**
 * Where a reader of several feeds over one connection stands in each: their own cursors. Opaque to
 * clients.
 *
 * <p>Encoded as a version and the cursors, separated by dots. The scope of each says of which feed
 * it is, so that feeds can come and go.
 */
public record CombinedCursor(List<Cursor> cursors) {

  static final String VERSION = "2";
  static final char SEPARATOR = '.';

  public CombinedCursor {
    cursors = List.copyOf(cursors);
  }

  /** Reads what {@link CombinedTransport} gave out; anything else is a problem. */
  public static CombinedCursor parse(String text) {
    String[] parts = text.split("\\" + SEPARATOR, -1);
    if (!parts[0].equals(VERSION)) {
      throw malformed();
    }
    var cursors = new ArrayList<Cursor>(parts.length - 1);
    for (int i = 1; i < parts.length; i++) {
      Cursor cursor = Cursor.parse(parts[i]);
      if (!cursor.isWhole()) {
        throw malformed();
      }
      cursors.add(cursor);
    }
    return new CombinedCursor(cursors);
  }

  /**
   * The most characters that an id can have.
   *
   * @param partitions of each feed
   */
  public static int longest(Collection<Integer> partitions) {
    return VERSION.length()
        + partitions.stream().mapToInt(count -> 1 + Cursor.longest(count)).sum();
  }

  private static ProblemException malformed() {
    return ProblemException.of(
        ProblemType.INVALID_CURSOR,
        "The cursor is not one of a feed of several streams and views. Use an SSE id of one"
            + " unchanged, or 'earliest' or 'latest'.");
  }

  /**
   * The cursor of one of the feeds, if it was there.
   *
   * @param identity as its scope has it
   */
  public Optional<Cursor> of(int identity) {
    return cursors.stream().filter(cursor -> cursor.scope().identity() == identity).findFirst();
  }
}
