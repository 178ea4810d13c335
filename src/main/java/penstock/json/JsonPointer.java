package penstock.json;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A JSON pointer (RFC 6901), ready to be followed many times through JSON text without building a
 * tree. Immutable; any thread.
 */
public final class JsonPointer {

  private static final int NO_INDEX = -1;

  /**
   * @param name the token as the name of a member
   * @param index the token as the index of an element, or {@link #NO_INDEX}
   */
  private record Step(byte[] name, int index) {}

  private final String text;
  private final List<Step> steps;

  private JsonPointer(String text, List<Step> steps) {
    this.text = text;
    this.steps = steps;
  }

  /**
   * Reads a pointer such as {@code /author/name}; the empty one points to the whole.
   *
   * @throws IllegalArgumentException with the rule that the text breaks
   */
  public static JsonPointer parse(String text) {
    var steps = new ArrayList<Step>();
    if (!text.isEmpty()) {
      if (text.charAt(0) != '/') {
        throw new IllegalArgumentException("a JSON pointer begins with '/'");
      }
      for (String token : text.substring(1).split("/", -1)) {
        String name = unescape(token);
        steps.add(new Step(name.getBytes(StandardCharsets.UTF_8), index(name)));
      }
    }
    return new JsonPointer(text, List.copyOf(steps));
  }

  private static String unescape(String token) {
    for (int i = token.indexOf('~'); i >= 0; i = token.indexOf('~', i + 1)) {
      if (i + 1 == token.length() || (token.charAt(i + 1) != '0' && token.charAt(i + 1) != '1')) {
        throw new IllegalArgumentException("in a JSON pointer '~' is written ~0, and '/' ~1");
      }
    }
    return token.replace("~1", "/").replace("~0", "~");
  }

  private static int index(String name) {
    return name.matches("0|[1-9][0-9]{0,8}") ? Integer.parseInt(name) : NO_INDEX;
  }

  /**
   * The value that it points to, as it stands; null if there is none. Of members with the same name
   * the last one counts, as most readers have it.
   *
   * @param json valid JSON text in UTF-8, such as the data of an event; not to be modified
   * @throws JsonSyntaxException if it is not valid up to the end of what was looked at
   */
  public @Nullable JsonValue find(byte[] json) {
    var scanner = new JsonScanner(json);
    for (Step step : steps) {
      int value =
          switch (scanner.peek()) {
            case '{' -> member(scanner, step.name());
            case '[' -> element(scanner, step.index());
            default -> -1;
          };
      if (value < 0) {
        return null;
      }
      scanner = new JsonScanner(json, value);
    }
    return scanner.value();
  }

  /** The offset of the value of the last such member; -1 if there is none. */
  private static int member(JsonScanner scanner, byte[] name) {
    int value = -1;
    scanner.expect('{');
    if (!scanner.take('}')) {
      do {
        scanner.name();
        if (scanner.stringIs(name)) {
          value = scanner.offset();
        }
        scanner.skipValue();
      } while (scanner.more('}'));
    }
    return value;
  }

  private static int element(JsonScanner scanner, int index) {
    scanner.expect('[');
    if (index != NO_INDEX && !scanner.take(']')) {
      int i = 0;
      do {
        if (i++ == index) {
          return scanner.offset();
        }
        scanner.skipValue();
      } while (scanner.more(']'));
    }
    return -1;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof JsonPointer pointer && pointer.text.equals(text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  /** The pointer as it was written. */
  @Override
  public String toString() {
    return text;
  }
}
