package penstock.stream.http;

import jakarta.ws.rs.ext.Provider;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import penstock.http.TypedParameter;
import penstock.stream.StartPosition;

/**
 * A time as in RFC 3339. In a query a plus sign means a blank, of which there is none in a time:
 * whoever did not write {@code %2B} means a plus sign.
 */
@Provider
class SinceParameter extends TypedParameter<StartPosition.Since> {

  SinceParameter() {
    super(StartPosition.Since.class);
  }

  @Override
  protected StartPosition.Since read(String text) {
    try {
      return new StartPosition.Since(
          OffsetDateTime.parse(text.replace(' ', '+')).toInstant().toEpochMilli());
    } catch (DateTimeParseException | ArithmeticException none) {
      throw new IllegalArgumentException(
          "must be a date and time as in RFC 3339, such as 2018-04-05T17:31:00Z", none);
    }
  }
}
