package penstock.view;

/** A setting of a view that makes no sense. Its message completes the property's name. */
final class InvalidSettingException extends IllegalArgumentException {

  private static final long serialVersionUID = 1L;

  private final String setting;

  /**
   * @param setting as in {@code penstock.views.<name>.<setting>}
   */
  InvalidSettingException(String setting, String rule) {
    super(rule);
    this.setting = setting;
  }

  String setting() {
    return setting;
  }
}
