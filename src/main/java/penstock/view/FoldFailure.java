package penstock.view;

import java.util.Objects;
import penstock.json.JsonSyntaxException;

/**
 * An event that a view cannot take in, whenever it is tried. The message says why, without payload.
 */
public final class FoldFailure extends Exception {

  private static final long serialVersionUID = 1L;

  private final String reason;

  public FoldFailure(String reason) {
    super(reason, null, false, false);
    this.reason = Objects.requireNonNull(reason, "reason");
  }

  public String reason() {
    return reason;
  }

  /** What is said of data that a fold looks into and that is no JSON text, whoever logged it. */
  static FoldFailure notJson(JsonSyntaxException broken) {
    return new FoldFailure("data is not valid JSON: " + broken.getMessage());
  }
}
