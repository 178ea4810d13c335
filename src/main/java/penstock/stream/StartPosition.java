package penstock.stream;

import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import penstock.problem.ProblemException;
import penstock.problem.ProblemType;

/** Where a reader wants to begin. */
@Schema(
    type = SchemaType.STRING,
    description = "`earliest`, `latest` or the cursor of a page or a feed",
    examples = "earliest")
public sealed interface StartPosition {

  /** With the oldest event that is still there. */
  record Earliest() implements StartPosition {}

  /** With what comes next. */
  record Latest() implements StartPosition {}

  /**
   * With the oldest event that was appended at a time or later.
   *
   * @param millis since 1970, by Redis's clock
   */
  @Schema(
      name = "Since",
      type = SchemaType.STRING,
      format = "date-time",
      description = "A time by Redis's clock, as in RFC 3339")
  record Since(long millis) implements StartPosition {

    /**
     * Reads a date and time as in RFC 3339.
     *
     * @throws IllegalArgumentException if it is none, with the rule
     */
    public static Since parse(String text) {
      try {
        return new Since(OffsetDateTime.parse(text).toInstant().toEpochMilli());
      } catch (DateTimeParseException | ArithmeticException none) {
        throw new IllegalArgumentException(
            "must be a date and time as in RFC 3339, such as 2018-04-05T17:31:00Z", none);
      }
    }

    /** The position before it, as far as the log has it. */
    public Position in(LogState log) {
      Position before = millis <= 0 ? Position.ZERO : new Position(millis - 1, -1);
      if (before.isAfter(log.last())) {
        return log.last();
      }
      return log.trimmed().isAfter(before) ? log.trimmed() : before;
    }
  }

  /** Behind a cursor. */
  record At(Cursor cursor) implements StartPosition {}

  /**
   * Of the parameters {@code cursor} and {@code since}, one may be given.
   *
   * @param without what is wanted if neither is
   */
  static StartPosition of(
      Optional<StartPosition> cursor, Optional<Since> since, StartPosition without) {
    if (cursor.isPresent() && since.isPresent()) {
      throw ProblemException.ofParameter("since", "must not be given together with 'cursor'");
    }
    return since.<StartPosition>map(time -> time).or(() -> cursor).orElse(without);
  }

  /** Reads {@code earliest}, {@code latest} or an encoded cursor; anything else is a problem. */
  static StartPosition parse(String text) {
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
