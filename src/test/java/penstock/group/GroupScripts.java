package penstock.group;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import penstock.projection.TestLog;
import penstock.redis.Keys;

/** The scripts of one group of a partition, called as they stand, without the product's code. */
final class GroupScripts {

  private static final List<String> ALL =
      List.of("pull", "ack", "nack", "extend", "create", "move", "restore", "remove", "tidy");

  private final TestLog log;
  private final String name;
  private final Keys.OfGroup keys;
  private final Map<String, String> sources = new HashMap<>();
  private int mostParked = 10_000;
  private int ids;

  GroupScripts(TestLog log, String name) {
    this.log = log;
    this.name = name;
    this.keys = log.names().group(name);
  }

  Keys.OfGroup keys() {
    return keys;
  }

  void mostParked(int most) {
    mostParked = most;
  }

  /** On a full Redis, a script that it does not have yet is not loaded. */
  void load() {
    ALL.forEach(one -> log.ask("SCRIPT", "LOAD", source(one)));
  }

  /**
   * What a pull brought.
   *
   * @param messages for each consumer its deliveries
   */
  record Reply(boolean more, long nextMillis, List<String> exhausted, List<List<String>> messages) {

    List<String> deliveries() {
      return messages.stream().flatMap(List::stream).toList();
    }
  }

  String id() {
    return (String) log.ask("HGET", keys.state(), "id");
  }

  private String newId() {
    return "id-" + ++ids + "-" + System.nanoTime();
  }

  private String source(String script) {
    return sources.computeIfAbsent(script, absent -> TestLog.source("group-" + absent));
  }

  private Object call(String script, List<String> names, Object... args) {
    List<Object> command = new ArrayList<>();
    command.addAll(List.of("EVAL", source(script), names.size()));
    command.addAll(names);
    command.addAll(List.of(args));
    return log.ask(command.toArray());
  }

  private List<String> withGroup(String... more) {
    var all =
        new ArrayList<>(
            List.of(
                log.names().events(),
                log.names().log(),
                keys.state(),
                keys.leases(),
                keys.parked(),
                keys.busy(),
                keys.flight()));
    all.addAll(List.of(more));
    return all;
  }

  private List<String> ofDeliveries() {
    return List.of(
        log.names().events(),
        keys.state(),
        keys.leases(),
        keys.parked(),
        keys.busy(),
        keys.flight(),
        log.names().dead(),
        log.names().failedReplays());
  }

  private String life() {
    return (String) log.ask("HGET", log.names().log(), "life");
  }

  long create(int maxDeliveries, boolean ordered, long lease, String after, String... settings) {
    List<Object> args =
        new ArrayList<>(
            List.of(
                name,
                log.names().seen(),
                "new-life",
                newId(),
                after,
                life(),
                ordered ? 1 : 0,
                "max-deliveries",
                maxDeliveries,
                "lease",
                lease));
    if (settings.length == 0) {
      args.addAll(List.of("backoff", ""));
    }
    args.addAll(List.of(settings));
    args.addAll(List.of("filter", ""));
    return (Long) call("create", withGroup(log.names().groups()), args.toArray());
  }

  void move(String to) {
    call("move", withGroup(), name, log.names().seen(), "new-life", newId(), to, life());
  }

  long restore() {
    return (Long) call("restore", withGroup(), name, log.names().seen(), "new-life", newId());
  }

  void remove() {
    call(
        "remove",
        List.of(
            log.names().events(),
            keys.state(),
            keys.leases(),
            keys.parked(),
            keys.busy(),
            keys.flight(),
            log.names().groups()),
        name);
  }

  Reply pull(String consumer, int wanted, long lease) {
    return pull(List.of(consumer), wanted, lease);
  }

  Reply pull(List<String> consumers, int wanted, long lease) {
    List<Object> args = new ArrayList<>(List.of(name, mostParked, 524_288));
    consumers.forEach(consumer -> args.addAll(List.of(consumer, wanted, lease)));
    List<?> reply = (List<?>) call("pull", withGroup(log.names().dead()), args.toArray());
    assertThat(reply.get(0)).isEqualTo(id());
    var messages = new ArrayList<List<String>>();
    for (Object one : reply.subList(6, reply.size())) {
      messages.add(deliveries(one));
    }
    return new Reply(
        (Long) reply.get(2) == 1, (Long) reply.get(3), deliveries(reply.get(5)), messages);
  }

  private static List<String> deliveries(Object messages) {
    return ((List<?>) messages)
        .stream()
            .map(List.class::cast)
            .map(message -> message.get(0) + ":" + message.get(1))
            .toList();
  }

  List<Object> ack(List<String> deliveries) {
    return ackAs(id(), deliveries);
  }

  List<Object> ackAs(String id, List<String> deliveries) {
    List<Object> args = new ArrayList<>(List.of(name, id == null ? "none" : id, "acknowledged"));
    args.addAll(deliveries);
    return list(call("ack", ofDeliveries(), args.toArray()));
  }

  List<Object> nack(long delay, String reason, List<String> deliveries) {
    return nack(delay, reason, 0, deliveries);
  }

  List<Object> nackUncounted(List<String> deliveries) {
    return nack(0, "", 1, deliveries);
  }

  private List<Object> nack(long delay, String reason, int uncounted, List<String> deliveries) {
    List<Object> args = new ArrayList<>(List.of(name, id(), delay, reason, uncounted));
    args.addAll(deliveries);
    return list(call("nack", ofDeliveries(), args.toArray()));
  }

  List<Object> extend(long lease, List<String> deliveries) {
    List<Object> args = new ArrayList<>(List.of(id(), lease));
    args.addAll(deliveries);
    return list(call("extend", List.of(keys.state(), keys.leases()), args.toArray()));
  }

  long replay(String... letters) {
    List<Object> args = new ArrayList<>(List.of(name));
    args.addAll(List.of(letters));
    return (Long)
        call(
            "replay",
            List.of(
                keys.state(),
                keys.leases(),
                keys.parked(),
                keys.busy(),
                keys.flight(),
                log.names().dead()),
            args.toArray());
  }

  /** A whole round; tells how many were put right. */
  long tidy() {
    long mended = 0;
    String from = "0-0";
    do {
      List<?> reply = (List<?>) call("tidy", ofDeliveries().subList(0, 7), name, from, 0);
      from = (String) reply.get(0);
      mended += (Long) reply.get(1);
    } while (!from.equals("0-0"));
    return mended;
  }

  long lag() {
    return (Long) describe().get(6);
  }

  List<Object> describe() {
    return list(
        call(
            "describe",
            List.of(
                log.names().events(),
                log.names().log(),
                keys.state(),
                keys.leases(),
                keys.parked()),
            name));
  }

  private static List<Object> list(Object reply) {
    return new ArrayList<>((List<?>) reply);
  }
}
