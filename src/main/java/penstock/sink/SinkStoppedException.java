package penstock.sink;

/** The receiver cannot be made ready, and trying again has no use: the sink stops aloud. */
public final class SinkStoppedException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /**
   * @param reason what an operator reads; never a secret or a payload
   */
  public SinkStoppedException(String reason) {
    super(reason);
  }
}
