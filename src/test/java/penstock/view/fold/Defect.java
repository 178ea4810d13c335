package penstock.view.fold;

import penstock.event.Event;

/**
 * What a fold with defects does: put before {@code count}'s own code in copies of the packaged
 * service, in whose processes it then runs.
 */
public final class Defect {

  /** Events of this type end the process, as code does that exhausts memory or crashes. */
  public static final String DEADLY = "deadly";

  /** Events of this type are refused. */
  public static final String REFUSED = "refused";

  private Defect() {}

  public static void at(Event event) {
    switch (event.type()) {
      case DEADLY -> Runtime.getRuntime().halt(1);
      case REFUSED -> throw new IllegalStateException("a defect");
      default -> {}
    }
  }
}
