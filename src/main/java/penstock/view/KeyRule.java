package penstock.view;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import penstock.event.Event;
import penstock.event.EventData;

/** Which entry of a view an event belongs to. */
public sealed interface KeyRule {

  /** In UTF-8. A longer one could hardly be asked for: request lines are bounded. */
  int MAX_BYTES = 1_024;

  /** The key; null if the event has none. */
  @Nullable String of(Event event) throws FoldFailure;

  /** The key if it can be one. */
  static @Nullable String check(@Nullable String key) throws FoldFailure {
    if (key == null) {
      return null;
    }
    if (key.isEmpty()) {
      throw new FoldFailure("the key is empty");
    }
    if (key.length() > MAX_BYTES / 3 && key.getBytes(StandardCharsets.UTF_8).length > MAX_BYTES) {
      throw new FoldFailure("the key is longer than " + MAX_BYTES + " bytes");
    }
    return key;
  }

  /** The rule as the configuration writes it; an illegal argument's message says what is wrong. */
  static KeyRule parse(String text) {
    if (text.startsWith("/")) {
      return Pointer.parse(text);
    }
    return Stream.of(Attribute.values())
        .filter(attribute -> attribute.text.equals(text))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "must be subject, type, source, id or a JSON pointer such as /customer/id"));
  }

  /** An attribute of the event. */
  enum Attribute implements KeyRule {
    KEY("") {
      @Override
      public String of(Event event) {
        return event.key();
      }
    },
    SUBJECT("subject") {
      @Override
      public @Nullable String of(Event event) {
        return event.subject();
      }
    },
    TYPE("type") {
      @Override
      public String of(Event event) {
        return event.type();
      }
    },
    SOURCE("source") {
      @Override
      public String of(Event event) {
        return event.source();
      }
    },
    ID("id") {
      @Override
      public String of(Event event) {
        return event.id();
      }
    };

    private final String text;

    Attribute(String text) {
      this.text = text;
    }

    @Override
    public String toString() {
      return text;
    }
  }

  /**
   * A string, number or boolean in the data.
   *
   * @param text as it was configured
   * @param tokens unescaped
   * @see <a href="https://www.rfc-editor.org/rfc/rfc6901">RFC 6901</a>
   */
  record Pointer(String text, List<String> tokens) implements KeyRule {

    private static final Pattern BAD_ESCAPE = Pattern.compile("~(?![01])");

    static Pointer parse(String text) {
      if (BAD_ESCAPE.matcher(text).find()) {
        throw new IllegalArgumentException(
            "is not a JSON pointer: '~' must be written ~0, and '/' within a name ~1");
      }
      List<String> tokens =
          Stream.of(text.substring(1).split("/", -1))
              .map(token -> token.replace("~1", "/").replace("~0", "~"))
              .toList();
      return new Pointer(text, tokens);
    }

    @Override
    public @Nullable String of(Event event) throws FoldFailure {
      if (!(event.data() instanceof EventData.Json data)) {
        return null;
      }
      Json value = Json.of(data.json());
      for (String token : tokens) {
        value = value.child(token);
        if (value == null) {
          return null;
        }
      }
      if (!value.isString() && !value.isNumber() && !value.isBoolean()) {
        throw new FoldFailure("the key at " + text + " is no string, number or boolean");
      }
      return value.asText();
    }

    @Override
    public String toString() {
      return text;
    }
  }
}
