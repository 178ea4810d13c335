package penstock.member;

import jakarta.ws.rs.ext.Provider;
import penstock.http.Namespace;
import penstock.http.TypedParameter;

/** A broken rule is the problem {@code invalid-name}. */
@Provider
class RoomNameParameter extends TypedParameter<RoomName> {

  RoomNameParameter() {
    super(RoomName.class);
  }

  @Override
  protected RoomName read(String text) {
    return new RoomName(Namespace.current(), text);
  }
}
