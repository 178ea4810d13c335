package penstock.member;

import jakarta.ws.rs.ext.Provider;
import penstock.http.TypedParameter;

/** A broken rule is the problem {@code invalid-name}. */
@Provider
class MemberNameParameter extends TypedParameter<MemberName> {

  MemberNameParameter() {
    super(MemberName.class);
  }

  @Override
  protected MemberName read(String text) {
    return new MemberName(text);
  }
}
