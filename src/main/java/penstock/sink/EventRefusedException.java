package penstock.sink;

/** Thrown by a handler: this event cannot be taken, whenever it is tried. It is set aside. */
public class EventRefusedException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /**
   * @param reason what an operator reads with the dead letter; never a secret or a payload
   */
  public EventRefusedException(String reason) {
    super(reason);
  }
}
