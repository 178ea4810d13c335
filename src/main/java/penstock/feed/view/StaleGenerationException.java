package penstock.feed.view;

/** What was read of a view is of more than one generation, life or term: it is to be read again. */
final class StaleGenerationException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  StaleGenerationException() {
    super("the view is on the move", null, false, false);
  }
}
