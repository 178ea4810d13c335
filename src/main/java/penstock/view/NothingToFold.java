package penstock.view;

/**
 * An event that has nothing for a view, such as one that lacks the value to be summed. It is
 * skipped and counted.
 */
public final class NothingToFold extends Exception {

  private static final long serialVersionUID = 1L;

  public NothingToFold() {
    super(null, null, false, false);
  }
}
