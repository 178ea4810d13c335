package penstock.consumer.command;

import penstock.stream.Position;

/**
 * A command about dead letters to the holder of a lease. Commands wait in a list, and each is taken
 * off it by the commit that executes it: so it is executed once.
 */
public sealed interface DeadLetterCommand {

  /** Deal with the event again. */
  record Replay(Position letter) implements DeadLetterCommand {}

  /** Let it go. */
  record Delete(Position letter) implements DeadLetterCommand {}

  /** Replay all in (after, upto], one commit each. */
  record ReplayAll(Position after, Position upto) implements DeadLetterCommand {}

  /** As it stands in the list. */
  default String text() {
    return switch (this) {
      case Replay replay -> "replay " + replay.letter();
      case Delete delete -> "delete " + delete.letter();
      case ReplayAll all -> "replay-all " + all.after() + " " + all.upto();
    };
  }

  /** Reads {@link #text}; the result of anything else does nothing. */
  public static DeadLetterCommand parse(String text) {
    String[] words = text.split(" ");
    return switch (words[0]) {
      case "replay" -> new Replay(Position.parse(words[1]));
      case "delete" -> new Delete(Position.parse(words[1]));
      case "replay-all" -> new ReplayAll(Position.parse(words[1]), Position.parse(words[2]));
      default -> new ReplayAll(Position.ZERO, Position.ZERO);
    };
  }
}
