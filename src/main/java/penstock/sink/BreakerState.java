package penstock.sink;

import java.util.Locale;

/** What the circuit breaker of a sink's receiver is at. */
public enum BreakerState {
  /** All is delivered. */
  CLOSED,
  /** The receiver is spared. */
  OPEN,
  /** A few deliveries find out whether it is back. */
  HALF_OPEN;

  /** As it stands in JSON. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
