package penstock.stream.http;

import jakarta.ws.rs.ext.Provider;
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
    return StartPosition.Since.parse(text);
  }
}
