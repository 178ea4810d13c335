package penstock.stream;

import jakarta.ws.rs.ext.Provider;
import penstock.http.TypedParameter;

/**
 * {@code earliest}, {@code latest} or a cursor at which one can begin; anything else is the problem
 * {@code invalid-cursor}.
 */
@Provider
class StartParameter extends TypedParameter<Start> {

  StartParameter() {
    super(Start.class);
  }

  @Override
  protected Start read(String text) {
    return Start.parse(text);
  }
}
