package penstock.view.http;

import jakarta.ws.rs.ext.Provider;
import penstock.http.NameParameter;
import penstock.view.ViewName;

/** A broken rule is the problem {@code invalid-name}. */
@Provider
class ViewNameParameter extends NameParameter<ViewName> {

  ViewNameParameter() {
    super(ViewName.class);
  }

  @Override
  protected ViewName name(String whole) {
    return new ViewName(whole);
  }
}
