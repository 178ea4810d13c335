package penstock.event;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import penstock.json.JsonScanner;

/** The attributes that CloudEvents 1.0 defines, each with the rule of its value. */
enum Attribute {
  SPECVERSION(true, "1.0"::equals, "must be 1.0, the only version that is read here"),
  ID(true, value -> !value.isEmpty(), "must not be empty"),
  SOURCE(
      true,
      value -> !value.isEmpty() && UriSyntax.isReference(value),
      "must be a URI reference (RFC 3986) that is not empty"),
  TYPE(true, value -> !value.isEmpty(), "must not be empty"),
  SUBJECT(false, value -> !value.isEmpty(), "must not be empty"),
  TIME(
      false,
      Timestamp::isValid,
      "must be a date and time as in RFC 3339, such as 2018-04-05T17:31:00Z"),
  DATACONTENTTYPE(
      false,
      value -> MediaType.parse(value) != null,
      "must be a media type (RFC 2046), such as application/json"),
  DATASCHEMA(
      false,
      UriSyntax::isAbsolute,
      "must be an absolute URI without a fragment (RFC 3986, section 4.3)");

  private static final Attribute[] ALL = values();

  /** The name as it is in JSON and in the log. */
  final String key = name().toLowerCase(Locale.ROOT);

  final boolean required;

  private final byte[] keyBytes = key.getBytes(StandardCharsets.US_ASCII);
  private final Predicate<String> admitted;
  private final String rule;

  Attribute(boolean required, Predicate<String> admitted, String rule) {
    this.required = required;
    this.admitted = admitted;
    this.rule = rule;
  }

  /** The rule that the value breaks, characters aside; null if it is a good one. */
  @Nullable String broken(String value) {
    return admitted.test(value) ? null : rule;
  }

  /** The attribute of this name; null if it is an extension's. */
  static @Nullable Attribute named(String name) {
    for (Attribute attribute : ALL) {
      if (attribute.key.equals(name)) {
        return attribute;
      }
    }
    return null;
  }

  /** The attribute that the scanner's last string names; null if it is an extension's. */
  static @Nullable Attribute named(JsonScanner scanner) {
    for (Attribute attribute : ALL) {
      if (scanner.stringIs(attribute.keyBytes)) {
        return attribute;
      }
    }
    return null;
  }
}
