package penstock.view.fold;

/**
 * An event that has nothing for a view, such as one that lacks the value to be summed. It is
 * skipped and counted.
 */
public final class SkippedEventException extends Exception {

  private static final long serialVersionUID = 1L;

  public SkippedEventException() {
    super(null, null, false, false);
  }
}
