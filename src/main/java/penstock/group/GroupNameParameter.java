package penstock.group;

import jakarta.ws.rs.ext.Provider;
import penstock.http.TypedParameter;

/** A broken rule is the problem {@code invalid-name}. */
@Provider
class GroupNameParameter extends TypedParameter<GroupName> {

  GroupNameParameter() {
    super(GroupName.class);
  }

  @Override
  protected GroupName read(String text) {
    return new GroupName(text);
  }
}
