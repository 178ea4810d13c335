package penstock.stream.http;

import jakarta.ws.rs.ext.Provider;
import penstock.http.TypedParameter;
import penstock.stream.StreamName;

/** A broken rule is the problem {@code invalid-name}. */
@Provider
class StreamNameParameter extends TypedParameter<StreamName> {

  StreamNameParameter() {
    super(StreamName.class);
  }

  @Override
  protected StreamName read(String text) {
    return new StreamName(text);
  }
}
