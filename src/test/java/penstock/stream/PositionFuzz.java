package penstock.stream;

import java.nio.charset.StandardCharsets;
import penstock.stream.deadletter.DeadLetterId;

/** Any text as what names a place in a log: a position, a dead letter, a time, a stream. */
public final class PositionFuzz {

  private PositionFuzz() {}

  public static void fuzzerTestOneInput(byte[] input) {
    String text = new String(input, StandardCharsets.UTF_8);
    try {
      DeadLetterId letter = DeadLetterId.parse(text);
      if (!DeadLetterId.parse(letter.toString()).equals(letter)) {
        throw new AssertionError(text + " became " + letter);
      }
    } catch (IllegalArgumentException refused) {
      // as it may be
    }
    try {
      Position position = Position.parse(text);
      if (!Position.parse(position.toString()).equals(position)
          || position.next().isPresent() && !position.next().get().isAfter(position)) {
        throw new AssertionError(text + " became " + position);
      }
    } catch (IllegalArgumentException refused) {
      // as it may be
    }
    try {
      StartPosition.Since.parse(text);
    } catch (IllegalArgumentException refused) {
      // as it may be
    }
  }
}
