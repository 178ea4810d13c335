package penstock.sink.http;

import jakarta.ws.rs.ext.Provider;
import penstock.http.TypedParameter;

/** {@code earliest}, {@code latest}, a time or a cursor. */
@Provider
class ReplayPointParameter extends TypedParameter<ReplayPoint> {

  ReplayPointParameter() {
    super(ReplayPoint.class);
  }

  @Override
  protected ReplayPoint read(String text) {
    return ReplayPoint.parse(text);
  }
}
