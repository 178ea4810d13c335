package penstock.stream;

import penstock.problem.ProblemException;
import penstock.problem.ProblemType;

/** Where a reader wants to begin: the parameter {@code cursor}. */
public sealed interface Start {

  /** With the oldest event that is still there. */
  record Earliest() implements Start {}

  /** With what comes next. */
  record Latest() implements Start {}

  /** Behind a cursor. */
  record At(Cursor cursor) implements Start {}

  /** Reads {@code earliest}, {@code latest} or an encoded cursor; anything else is a problem. */
  static Start parse(String text) {
    return switch (text) {
      case "earliest" -> new Earliest();
      case "latest" -> new Latest();
      default -> new At(whole(Cursor.parse(text)));
    };
  }

  private static Cursor whole(Cursor cursor) {
    if (!cursor.isWhole()) {
      throw ProblemException.of(
          ProblemType.INVALID_CURSOR,
          "The cursor says nothing of some partitions: an append's cursor is for 'at-least'. Begin at one of a page or"
              + " a feed, or at 'earliest' or 'latest'.");
    }
    return cursor;
  }
}
