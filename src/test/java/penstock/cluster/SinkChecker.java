package penstock.cluster;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/** Compares what the receiver of a sink got with what is in Redis when all is over. */
final class SinkChecker {

  private final SinkState state;
  private final String sink;
  private final Function<Logged, String> queue;

  /**
   * @param queue of the events of which one is delivered after the other
   */
  private SinkChecker(SinkState state, String sink, Function<Logged, String> queue) {
    this.state = state;
    this.sink = sink;
    this.queue = queue;
  }

  /** Of a sink with {@code order: key}. */
  static SinkChecker byKey(SinkState state, String sink) {
    return new SinkChecker(state, sink, event -> event.partition() + "/" + event.key());
  }

  /** Of a sink with {@code order: partition}. */
  static SinkChecker byPartition(SinkState state, String sink) {
    return new SinkChecker(state, sink, event -> Integer.toString(event.partition()));
  }

  boolean isDone() {
    return state.isDone(sink);
  }

  List<String> check(List<ReceiverJournal.Receipt> receipts) {
    Map<String, Logged> events = state.events();
    var violations = new ArrayList<String>();
    violations.addAll(ids(receipts));
    violations.addAll(missing(events, receipts));
    violations.addAll(outOfTurn(events, receipts));
    Set<String> impossible = new TreeSet<>(events.keySet());
    impossible.removeIf(event -> !SeededReceiver.isImpossible(event));
    List<String> letters = state.deadLetters(sink);
    if (!new TreeSet<>(letters).equals(impossible) || letters.size() != impossible.size()) {
      violations.add("dead letters " + new TreeSet<>(letters) + ", not " + impossible);
    }
    return violations;
  }

  /** The same events have the same delivery id whenever they come, and no others have it. */
  private static List<String> ids(List<ReceiverJournal.Receipt> receipts) {
    var violations = new ArrayList<String>();
    var ofEvents = new HashMap<List<String>, String>();
    var ofIds = new HashMap<String, List<String>>();
    for (ReceiverJournal.Receipt one : receipts) {
      String id = ofEvents.putIfAbsent(one.events(), one.delivery());
      List<String> others = ofIds.putIfAbsent(one.delivery(), one.events());
      if (id != null && !id.equals(one.delivery()) || one.delivery().equals("null")) {
        violations.add("delivery ids of " + one.events() + ": " + id + ", " + one.delivery());
      }
      if (others != null && !others.equals(one.events())) {
        violations.add("delivery id of " + one.events() + " and of " + others);
      }
    }
    return violations;
  }

  private static List<String> missing(
      Map<String, Logged> events, List<ReceiverJournal.Receipt> receipts) {
    var violations = new ArrayList<String>();
    var came = new HashSet<String>();
    var taken = new HashSet<String>();
    for (ReceiverJournal.Receipt one : receipts) {
      came.addAll(one.events());
      if (one.isTaken()) {
        taken.addAll(one.events());
      }
    }
    came.stream()
        .filter(event -> !events.containsKey(event))
        .forEach(event -> violations.add("delivered, and not in the log: " + event));
    events.keySet().stream()
        .filter(event -> !SeededReceiver.isImpossible(event) && !taken.contains(event))
        .forEach(event -> violations.add("never delivered: " + event));
    return violations;
  }

  /** Whenever an event comes, the one before it is over, or stands before it in the request. */
  private List<String> outOfTurn(
      Map<String, Logged> events, List<ReceiverJournal.Receipt> receipts) {
    var violations = new ArrayList<String>();
    var over = new HashMap<String, Long>();
    for (ReceiverJournal.Receipt one : receipts) {
      if (one.isTaken() || one.status() == SeededReceiver.REFUSED && one.events().size() == 1) {
        one.events().forEach(event -> over.merge(event, one.told(), Math::min));
      }
    }
    var before = new HashMap<String, String>();
    var last = new HashMap<String, String>();
    events.forEach(
        (id, event) -> {
          String previous = last.put(queue.apply(event), id);
          if (previous != null) {
            before.put(id, previous);
          }
        });
    for (ReceiverJournal.Receipt one : receipts) {
      for (int i = 0; i < one.events().size(); i++) {
        String event = one.events().get(i);
        String previous = before.get(event);
        if (previous != null
            && over.getOrDefault(previous, Long.MAX_VALUE) > one.came()
            && !one.events().subList(0, i).contains(previous)) {
          violations.add("out of turn: " + event + " before " + previous + " was over");
        }
      }
    }
    return violations;
  }
}
