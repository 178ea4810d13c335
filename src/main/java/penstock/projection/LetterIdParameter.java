package penstock.projection;

import jakarta.ws.rs.ext.Provider;
import penstock.http.TypedParameter;

/** The id of a dead letter. */
@Provider
class LetterIdParameter extends TypedParameter<LetterId> {

  LetterIdParameter() {
    super(LetterId.class);
  }

  @Override
  protected LetterId read(String text) {
    return LetterId.parse(text);
  }
}
