package penstock.stream.http;

import jakarta.ws.rs.ext.Provider;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import penstock.http.TypedParameter;
import penstock.stream.StartPosition;

/** A time as in RFC 3339. */
@Provider
class SinceParameter extends TypedParameter<StartPosition.Since> {

  SinceParameter() {
    super(StartPosition.Since.class);
  }

  @Override
  protected StartPosition.Since read(String text) {
    try {
      return new StartPosition.Since(OffsetDateTime.parse(text).toInstant().toEpochMilli());
    } catch (DateTimeParseException | ArithmeticException none) {
      throw new IllegalArgumentException(
          "must be a date and time as in RFC 3339, such as 2018-04-05T17:31:00Z", none);
    }
  }
}
