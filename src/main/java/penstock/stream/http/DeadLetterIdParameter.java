package penstock.stream.http;

import jakarta.ws.rs.ext.Provider;
import penstock.http.TypedParameter;
import penstock.stream.deadletter.DeadLetterId;

/** The id of a dead letter. */
@Provider
class DeadLetterIdParameter extends TypedParameter<DeadLetterId> {

  DeadLetterIdParameter() {
    super(DeadLetterId.class);
  }

  @Override
  protected DeadLetterId read(String text) {
    return DeadLetterId.parse(text);
  }
}
