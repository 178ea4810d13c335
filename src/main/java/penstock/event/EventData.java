package penstock.event;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What an event carries, in the form in which it is kept. */
public sealed interface EventData {

  /** The event carries nothing. */
  record None() implements EventData {}

  /**
   * A JSON value.
   *
   * @param json its text: UTF-8, without white space outside strings; not to be modified
   */
  record Json(byte[] json) implements EventData {

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Json that && Arrays.equals(json, that.json);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(json);
    }

    @Override
    public String toString() {
      return "Json[" + json.length + " bytes]";
    }
  }

  /** Text of a content type that is not JSON. */
  record Text(String text) implements EventData {}

  /**
   * Anything else.
   *
   * @param base64 the bytes in standard base64 with padding, as they are kept and as JSON shows
   *     them
   */
  record Binary(String base64) implements EventData {}

  EventData NONE = new None();
}
