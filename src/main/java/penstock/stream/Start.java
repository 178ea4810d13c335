package penstock.stream;

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
      default -> new At(Cursor.parse(text));
    };
  }
}
