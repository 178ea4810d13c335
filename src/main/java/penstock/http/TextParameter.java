package penstock.http;

import jakarta.ws.rs.ext.Provider;

/** Any text, the empty one too. */
@Provider
public class TextParameter extends TypedParameter<String> {

  public TextParameter() {
    super(String.class);
  }

  @Override
  protected String read(String text) {
    return text;
  }
}
