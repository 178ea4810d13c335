package penstock.json;

/** Bytes that are not JSON text. Has no stack trace: it is an answer to a sender, not a defect. */
public final class JsonSyntaxException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final int offset;
  private final String rule;

  /**
   * @param offset of the byte at fault
   * @param rule that it breaks, as it ends "At this place there ..."
   */
  public JsonSyntaxException(int offset, String rule) {
    super(rule, null, false, false);
    this.offset = offset;
    this.rule = rule;
  }

  /** The rule and the place as line and column, both from 1; the column counts characters. */
  public String describe(byte[] json) {
    int line = 1;
    int column = 1;
    for (int i = 0; i < Math.min(offset, json.length); i++) {
      if (json[i] == '\n') {
        line++;
        column = 1;
      } else if ((json[i] & 0xC0) != 0x80) {
        column++;
      }
    }
    return "line " + line + ", column " + column + ": " + rule;
  }
}
