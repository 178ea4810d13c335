package penstock.tenant;

/** There are no tokens left. Has no stack trace: it is an answer, not a defect. */
final class RateException extends Exception {

  private static final long serialVersionUID = 1L;

  private final long waitNanos;

  /**
   * @param waitNanos in how long there will be some
   */
  RateException(long waitNanos) {
    super("no tokens", null, false, false);
    this.waitNanos = waitNanos;
  }

  long waitNanos() {
    return waitNanos;
  }
}
