package penstock.sink;

/** A setting of a sink that makes no sense. Its message completes the property's name. */
public final class InvalidSinkException extends IllegalArgumentException {

  private static final long serialVersionUID = 1L;

  private final String setting;

  /**
   * @param setting as in {@code penstock.sinks.<name>.<setting>}
   */
  public InvalidSinkException(String setting, String rule) {
    super(rule);
    this.setting = setting;
  }

  public String setting() {
    return setting;
  }
}
