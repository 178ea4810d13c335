package penstock.sink;

/**
 * Makes the targets of one kind of sink; a CDI bean, of which there is one for each kind. It is
 * asked at start for every sink of its kind that is declared.
 */
public interface SinkTargetFactory {

  /** What {@code penstock.sinks.<name>.kind} begins with, up to a colon if there is one. */
  String kind();

  /** What its sinks have that do not say otherwise. */
  SinkDefaults defaults();

  /**
   * Makes a target; does not ask the receiver for anything yet.
   *
   * @throws InvalidSinkException if a setting of its own makes no sense; its property is named
   */
  SinkTarget create(SinkDefinition sink);
}
