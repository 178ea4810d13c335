package penstock.sink;

/**
 * What a sink has that does not say otherwise, by its kind.
 *
 * @param order what the receiver can rely on
 * @param maxInFlight events of a partition that are with the receiver at the same time
 * @param batch events in one request at most
 */
public record SinkDefaults(SinksConfig.DeliveryOrder order, int maxInFlight, int batch) {

  /** Of a receiver that does something for each event. */
  public static final SinkDefaults OF_SINGLE_EVENTS =
      new SinkDefaults(SinksConfig.DeliveryOrder.KEY, 256, 1);
}
