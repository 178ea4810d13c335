package penstock.view.fold;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import penstock.json.JsonPointer;
import penstock.json.JsonValue;

/** Exact decimal numbers: how they are taken from JSON, and kept and shown in plain digits. */
final class Decimal {

  /**
   * Before and behind the point. JSON may hold {@code 1e999999999}, whose digits nobody could add.
   * A double has fewer, and most parsers refuse a number of more than 1,000 characters.
   */
  static final int MAX_DIGITS = 400;

  private Decimal() {}

  /**
   * The number that a JSON value is.
   *
   * @param at where it was found, for what is said of it
   */
  static BigDecimal of(JsonValue json, JsonPointer at) throws FoldException {
    if (!json.isNumber()) {
      throw new FoldException("the value at " + at + " is no number");
    }
    BigDecimal number;
    try {
      number = new BigDecimal(json.toString());
    } catch (NumberFormatException e) {
      throw outOfBounds(at);
    }
    // In long: a scale and a precision may be as far apart as integers can.
    if (number.scale() > MAX_DIGITS || (long) number.precision() - number.scale() > MAX_DIGITS) {
      throw outOfBounds(at);
    }
    return number.scale() < 0 ? number.setScale(0) : number;
  }

  private static FoldException outOfBounds(JsonPointer at) {
    return new FoldException(
        "the number at "
            + at
            + " has more than "
            + MAX_DIGITS
            + " digits before or behind the point");
  }

  /** The number that was {@link #text kept}. */
  static BigDecimal of(byte[] text) {
    return new BigDecimal(new String(text, StandardCharsets.US_ASCII));
  }

  static byte[] text(BigDecimal number) {
    return number.toPlainString().getBytes(StandardCharsets.US_ASCII);
  }
}
