package penstock.view.fold;

/** A setting of a view that makes no sense. Its message completes the property's name. */
public final class InvalidSettingException extends IllegalArgumentException {

  private static final long serialVersionUID = 1L;

  private final String setting;

  /**
   * @param setting as in {@code penstock.views.<name>.<setting>}
   */
  public InvalidSettingException(String setting, String rule) {
    super(rule);
    this.setting = setting;
  }

  /**
   * @param cause says which rule is broken
   */
  public InvalidSettingException(String setting, IllegalArgumentException cause) {
    super(cause.getMessage(), cause);
    this.setting = setting;
  }

  public String setting() {
    return setting;
  }
}
