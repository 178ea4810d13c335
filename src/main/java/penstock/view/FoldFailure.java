package penstock.view;

/**
 * An event that a view cannot take in, whenever it is tried. The message says why, without payload.
 */
public final class FoldFailure extends Exception {

  private static final long serialVersionUID = 1L;

  public FoldFailure(String reason) {
    super(reason, null, false, false);
  }
}
