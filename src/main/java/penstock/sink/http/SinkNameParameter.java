package penstock.sink.http;

import jakarta.ws.rs.ext.Provider;
import penstock.http.TypedParameter;
import penstock.sink.SinkName;

/** A broken rule is the problem {@code invalid-name}. */
@Provider
class SinkNameParameter extends TypedParameter<SinkName> {

  SinkNameParameter() {
    super(SinkName.class);
  }

  @Override
  protected SinkName read(String text) {
    return new SinkName(text);
  }
}
