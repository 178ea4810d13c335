package penstock.view.http;

import jakarta.ws.rs.ext.Provider;
import penstock.http.TypedParameter;
import penstock.view.ViewName;

/** A broken rule is the problem {@code invalid-name}. */
@Provider
class ViewNameParameter extends TypedParameter<ViewName> {

  ViewNameParameter() {
    super(ViewName.class);
  }

  @Override
  protected ViewName read(String text) {
    return new ViewName(text);
  }
}
