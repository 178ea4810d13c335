package penstock.stream.http;

import jakarta.ws.rs.ext.Provider;
import penstock.http.TypedParameter;
import penstock.stream.StartPosition;

/**
 * {@code earliest}, {@code latest} or a cursor at which one can begin; anything else is the problem
 * {@code invalid-cursor}.
 */
@Provider
class StartPositionParameter extends TypedParameter<StartPosition> {

  StartPositionParameter() {
    super(StartPosition.class);
  }

  @Override
  protected StartPosition read(String text) {
    return StartPosition.parse(text);
  }
}
