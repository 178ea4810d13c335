package penstock.view.fold;

import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import penstock.event.Event;
import penstock.event.EventData;
import penstock.json.JsonPointer;
import penstock.json.JsonSyntaxException;
import penstock.json.JsonValue;
import penstock.json.Utf8;

/** Which entry of a view an event belongs to. */
public sealed interface KeyExtractor {

  /** In UTF-8. A longer one could hardly be asked for: request lines are bounded. */
  int MAX_BYTES = 1_024;

  /** The key; null if the event has none. */
  @Nullable String of(Event event) throws FoldException;

  /** The key if it can be one. */
  static @Nullable String check(@Nullable String key) throws FoldException {
    if (key == null) {
      return null;
    }
    if (key.isEmpty()) {
      throw new FoldException("the key is empty");
    }
    if (key.length() > MAX_BYTES / 3 && key.getBytes(StandardCharsets.UTF_8).length > MAX_BYTES) {
      throw new FoldException("the key is longer than " + MAX_BYTES + " bytes");
    }
    return key;
  }

  /** The rule as the configuration writes it; an illegal argument's message says what is wrong. */
  static KeyExtractor parse(String text) {
    if (text.startsWith("/")) {
      return new Pointer(JsonPointer.parse(text));
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
  enum Attribute implements KeyExtractor {
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

  /** A string, number or boolean in the data. */
  record Pointer(JsonPointer pointer) implements KeyExtractor {

    @Override
    public @Nullable String of(Event event) throws FoldException {
      if (!(event.data() instanceof EventData.Json data)) {
        return null;
      }
      JsonValue value;
      try {
        value = pointer.find(data.json());
      } catch (JsonSyntaxException notJson) {
        throw FoldException.notJson(notJson);
      }
      if (value == null) {
        return null;
      }
      if (!value.isString() && !value.isNumber() && !value.isBoolean()) {
        throw new FoldException("the key at " + pointer + " is no string, number or boolean");
      }
      String key = value.text();
      if (Utf8.hasLoneSurrogate(key)) {
        throw new FoldException("the key at " + pointer + " has half of a surrogate pair");
      }
      return key;
    }

    @Override
    public String toString() {
      return pointer.toString();
    }
  }
}
