package penstock.stream.http;

import jakarta.ws.rs.ext.Provider;
import penstock.http.NameParameter;
import penstock.stream.StreamName;

/** A broken rule is the problem {@code invalid-name}. */
@Provider
class StreamNameParameter extends NameParameter<StreamName> {

  StreamNameParameter() {
    super(StreamName.class);
  }

  @Override
  protected StreamName name(String whole) {
    return new StreamName(whole);
  }
}
