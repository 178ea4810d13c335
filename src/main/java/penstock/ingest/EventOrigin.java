package penstock.ingest;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import penstock.event.Event;
import penstock.problem.Problem;
import penstock.problem.ProblemType;
import penstock.problem.Violation;
import penstock.security.http.Callers;
import penstock.security.identity.Caller;
import penstock.security.identity.OwnNames;
import penstock.security.identity.Right;
import penstock.stream.StreamName;

/**
 * Who sent events: checked against what that one may publish, and kept with them as CloudEvents'
 * Auth Context, which nobody else can set.
 *
 * @see <a
 *     href="https://github.com/cloudevents/spec/blob/main/cloudevents/extensions/authcontext.md">Auth
 *     Context</a>
 */
final class EventOrigin {

  private static final String TYPE = "authtype";
  private static final String ID = "authid";
  private static final List<String> RESERVED = List.of(TYPE, ID, "authclaims");

  /** How many broken rules are returned at once. */
  private static final int MOST = 16;

  private EventOrigin() {}

  /**
   * The events as they are to be appended; the same ones where it is not asked who calls.
   *
   * @throws penstock.problem.ProblemException if one of them may not be
   */
  static List<Event> keep(Caller caller, StreamName stream, List<Event> events) {
    if (!caller.isAuthenticated()) {
      return events;
    }
    check(caller, stream, events);
    return events.stream().map(event -> keep(caller, event)).toList();
  }

  /**
   * Nobody but the service appends to what is its own.
   *
   * @throws penstock.problem.ProblemException if the stream is
   */
  static void checkTarget(StreamName stream) {
    if (stream.value().equals(OwnNames.AUDIT)) {
      throw Callers.forbidden("publish on " + stream + ", which nobody has");
    }
  }

  private static void check(Caller caller, StreamName stream, List<Event> events) {
    var forged = new ArrayList<Violation>();
    var foreign = new ArrayList<Violation>();
    for (int i = 0; i < events.size() && forged.size() + foreign.size() < MOST; i++) {
      Event event = events.get(i);
      for (String name : RESERVED) {
        if (event.extensions().containsKey(name)) {
          forged.add(new Violation(i, name, "is set by the service, from who calls"));
        }
      }
      if (!caller.rights().has(Right.PUBLISH, stream.value(), event::attribute)) {
        foreign.add(
            new Violation(i, null, "has a source or a subject that the caller may not publish"));
      }
    }
    if (!forged.isEmpty()) {
      throw Problem.invalid(
              ProblemType.INVALID_EVENT,
              "Nothing was written: '%s' is set by the service, from who calls."
                  .formatted(forged.getFirst().attribute()),
              forged)
          .exception();
    }
    if (!foreign.isEmpty()) {
      String missing = "publish on " + stream + " for this source and subject";
      throw Problem.invalid(
              ProblemType.FORBIDDEN,
              "Nothing was written. The right that it takes is missing: " + missing + ".",
              foreign)
          .with("missing", missing)
          .exception();
    }
  }

  private static Event keep(Caller caller, Event event) {
    SortedMap<String, Object> extensions = new TreeMap<>(event.extensions());
    extensions.put(TYPE, caller.type().toString());
    extensions.put(ID, caller.subject());
    return new Event(
        event.id(),
        event.source(),
        event.type(),
        event.subject(),
        event.time(),
        event.dataContentType(),
        event.dataSchema(),
        extensions,
        event.data());
  }
}
