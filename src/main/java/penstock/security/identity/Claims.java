package penstock.security.identity;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an issuer says of a caller: a JSON object, read strictly. Two members of one name, nesting
 * beyond all use and what stands behind the object are refused, since two readers might take them
 * for different things.
 */
public final class Claims {

  /** Objects and arrays within each other. A claim of roles, as issuers have it, needs four. */
  private static final int MAX_DEPTH = 16;

  private static final ObjectMapper STRICT =
      new ObjectMapper(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).build())
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private static final TypeReference<Map<String, Object>> OBJECT = new TypeReference<>() {};

  private final Map<String, Object> members;

  private Claims(Map<String, Object> members) {
    this.members = Collections.unmodifiableMap(members);
  }

  public static Claims of(Map<String, Object> members) {
    return new Claims(members);
  }

  /**
   * Reads the JSON text of an object.
   *
   * @throws IllegalArgumentException it is none, or one that is refused; the message does not
   *     contain any of it
   */
  public static Claims parse(byte[] json) {
    try {
      Map<String, Object> members = STRICT.readValue(json, OBJECT);
      if (members == null) {
        throw new IllegalArgumentException("it is no JSON object");
      }
      return new Claims(members);
    } catch (JsonProcessingException broken) {
      throw new IllegalArgumentException(
          "it is no JSON object of members that differ, nested at most " + MAX_DEPTH + " deep");
    } catch (IOException impossible) {
      throw new IllegalArgumentException("it cannot be read", impossible);
    }
  }

  /** The value of a claim; null if there is none. */
  public @Nullable Object get(String name) {
    return members.get(name);
  }

  /** What stands at the end of a path of names; null if there is nothing. */
  public @Nullable Object at(List<String> path) {
    Object value = members;
    for (String name : path) {
      if (!(value instanceof Map<?, ?> object)) {
        return null;
      }
      value = object.get(name);
    }
    return value;
  }

  /** A claim that is a text, a number or a boolean, as a text; null if it is anything else. */
  public @Nullable String text(String name) {
    Object value = members.get(name);
    return value instanceof String || value instanceof Number || value instanceof Boolean
        ? value.toString()
        : null;
  }

  /** All members, to be kept and read again. */
  public Map<String, Object> members() {
    return members;
  }
}
