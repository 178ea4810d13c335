package penstock.ingest;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import penstock.event.Event;
import penstock.problem.Problem;
import penstock.problem.ProblemException;
import penstock.problem.ProblemType;
import penstock.problem.Violation;
import penstock.schedule.delayed.DelayLimit;
import penstock.schedule.delayed.DeliveryTime;

/**
 * When the events of a request are to enter the log: what an event says of itself, else what the
 * request's header says of all.
 *
 * @param ofRequest null if the header is not there
 */
record DeliveryTimes(@Nullable DeliveryTime ofRequest) {

  /** A delay, such as {@code 30s}, of the events that do not say themselves. */
  static final String HEADER = "Penstock-Deliver-After";

  private static final DeliveryTimes UNSAID = new DeliveryTimes(null);

  static DeliveryTimes of(Optional<Duration> header) {
    if (header.isEmpty()) {
      return UNSAID;
    }
    if (header.get().isNegative()) {
      throw ProblemException.ofParameter(HEADER, "must not be negative");
    }
    return new DeliveryTimes(DeliveryTime.after(header.get()));
  }

  /** Null for at once. */
  @Nullable DeliveryTime of(Event event) {
    OptionalLong own = event.deliverAt();
    return own.isPresent() ? DeliveryTime.at(own.getAsLong()) : ofRequest;
  }

  boolean delayAny(List<Event> events) {
    if (ofRequest != null) {
      return true;
    }
    for (Event event : events) {
      if (event.extensions().containsKey(Event.DELIVER_AT)) {
        return true;
      }
    }
    return false;
  }

  /** How many of them are to wait. */
  int waiting(List<Event> events) {
    return delayAny(events) ? (int) events.stream().filter(one -> of(one) != null).count() : 0;
  }

  /**
   * Refuses the request if any of its events is to wait for too long.
   *
   * @throws ProblemException that names the header, or the events
   */
  void check(List<Event> events, DelayLimit limit) {
    if (ofRequest != null && !limit.allows(ofRequest)) {
      throw ProblemException.ofParameter(HEADER, limit.rule());
    }
    List<Violation> violations = new ArrayList<>();
    for (int i = 0; i < events.size(); i++) {
      DeliveryTime time = of(events.get(i));
      if (time != null && !limit.allows(time)) {
        violations.add(new Violation(i, Event.DELIVER_AT, limit.rule()));
      }
    }
    if (!violations.isEmpty()) {
      throw Problem.invalid(
              ProblemType.INVALID_EVENT,
              "An event would wait for too long: '"
                  + Event.DELIVER_AT
                  + "' "
                  + limit.rule()
                  + ". Nothing of the request was taken.",
              violations)
          .exception();
    }
  }
}
