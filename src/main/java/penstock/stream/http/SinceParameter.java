package penstock.stream.http;

import jakarta.ws.rs.ext.Provider;
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
    return StartPosition.Since.parse(text.replace(' ', '+'));
  }
}
