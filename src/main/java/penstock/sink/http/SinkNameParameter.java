package penstock.sink.http;

import jakarta.ws.rs.ext.Provider;
import penstock.http.NameParameter;
import penstock.sink.SinkName;

/** A broken rule is the problem {@code invalid-name}. */
@Provider
class SinkNameParameter extends NameParameter<SinkName> {

  SinkNameParameter() {
    super(SinkName.class);
  }

  @Override
  protected SinkName name(String whole) {
    return new SinkName(whole);
  }
}
