package penstock.consumer.worker;

/** What a task is at. */
public sealed interface ShardTaskState {

  /** It has not tried to get its lease yet. */
  record Starting() implements ShardTaskState {}

  /** It holds the lease, reads and works. */
  record Working() implements ShardTaskState {}

  /** Another instance works. */
  record StandingBy(String holder) implements ShardTaskState {}

  /**
   * It cannot work and tries again.
   *
   * @param passing what is in its way is Redis's, which is away or refuses writes, and passes with
   *     that; or its log was removed, and it begins anew
   */
  record Retrying(String reason, boolean passing) implements ShardTaskState {}

  /** It cannot go on until someone sees to it. */
  record Halted(String reason) implements ShardTaskState {}

  /** Someone asked for a pause. */
  record Paused() implements ShardTaskState {}

  /** The service shuts down. */
  record Stopped() implements ShardTaskState {}

  /** Whether all is as it should be, as far as it is not Redis's doing. */
  default boolean isFine() {
    return switch (this) {
      case Working working -> true;
      case StandingBy standingBy -> true;
      case Starting starting -> false;
      case Retrying retrying -> retrying.passing();
      case Halted halted -> false;
      case Paused paused -> true;
      case Stopped stopped -> false;
    };
  }

  /** In a few words. */
  default String text() {
    return switch (this) {
      case Working working -> "working";
      case StandingBy standingBy -> "standing by: " + standingBy.holder() + " works";
      case Starting starting -> "starting";
      case Retrying retrying -> "retrying: " + retrying.reason();
      case Halted halted -> "halted: " + halted.reason();
      case Paused paused -> "paused";
      case Stopped stopped -> "stopped";
    };
  }
}
