package penstock.view.fold;

import java.util.Objects;
import penstock.json.JsonSyntaxException;

/**
 * An event that a view cannot take in, whenever it is tried. The message says why, without payload.
 */
public final class FoldException extends Exception {

  private static final long serialVersionUID = 1L;

  private final String reason;

  public FoldException(String reason) {
    super(reason, null, false, false);
    this.reason = Objects.requireNonNull(reason, "reason");
  }

  public String reason() {
    return reason;
  }

  /** What is said of data that a fold looks into and that is no JSON text, whoever logged it. */
  static FoldException notJson(JsonSyntaxException broken) {
    return new FoldException("data is not valid JSON: " + broken.getMessage());
  }
}
