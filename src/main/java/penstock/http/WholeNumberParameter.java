package penstock.http;

import jakarta.ws.rs.ext.Provider;

/** A whole number; constraints have its bounds. */
@Provider
public class WholeNumberParameter extends TypedParameter<Integer> {

  public WholeNumberParameter() {
    super(Integer.class, int.class);
  }

  @Override
  protected Integer read(String text) {
    try {
      return Integer.valueOf(text);
    } catch (NumberFormatException none) {
      throw new IllegalArgumentException("must be a whole number", none);
    }
  }
}
