package penstock.cluster;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Holds the log of presence against what members were told: each history is a legal one, and nobody
 * timed out before the deadline of a heartbeat that was acknowledged. To be asked when all members
 * have been silent for longer than any time to live.
 */
final class PresenceChecker {

  /**
   * A heartbeat that was acknowledged.
   *
   * @param since when the member had joined
   * @param sent by {@link System#nanoTime}
   * @param answered by the same
   */
  record Acknowledged(String subject, Instant since, Instant deadline, long sent, long answered) {

    boolean outlives(List<Loss> losses) {
      return losses.stream().allMatch(loss -> loss.spares(sent, answered));
    }
  }

  private final List<JsonObject> events;
  private final List<String> violations = new ArrayList<>();
  private final List<Long> lateness = new ArrayList<>();
  private int joins;
  private int leaves;

  PresenceChecker(List<JsonObject> events) {
    this.events = events;
  }

  /**
   * All events of presence, as an instance tells them.
   *
   * @param trims what another hand removed from their beginning, in order
   */
  static PresenceChecker of(URI instance, List<Trim> trims) throws IOException {
    List<JsonObject> events = new ArrayList<>();
    for (Trim trim : trims) {
      trim.entries().forEach(entry -> events.add(event(entry.fields())));
    }
    String cursor = "earliest";
    while (true) {
      JsonObject page =
          Cluster.get(instance.resolve("/streams/presence/events?limit=1000&cursor=" + cursor));
      page.getJsonArray("events").forEach(event -> events.add((JsonObject) event));
      if (page.getBoolean("caughtUp")) {
        return new PresenceChecker(events);
      }
      cursor = page.getString("cursor");
    }
  }

  private static JsonObject event(Map<String, String> fields) {
    var event = new JsonObject();
    fields.forEach(event::put);
    return event.put("data", new JsonObject(fields.get("data")));
  }

  /** A member's stay, from its joining on. */
  private record Stay(Instant since) {}

  /**
   * @param losses of what was acknowledged: it need not have happened
   */
  List<String> check(List<Acknowledged> acknowledged, List<Loss> losses) {
    Map<String, Stay> present = new HashMap<>();
    Set<String> stays = new HashSet<>();
    Map<String, Instant> timedOut = new HashMap<>();
    for (JsonObject event : events) {
      String subject = event.getString("subject");
      String type = event.getString("type").substring("presence.".length());
      JsonObject data = event.getJsonObject("data");
      Instant since = Instant.parse(data.getString("since"));
      Instant time = Instant.parse(event.getString("time"));
      Instant deadline = Instant.parse(data.getString("deadline"));
      Stay stay = present.get(subject);
      if (type.equals("joined") == (stay != null)) {
        violations.add("%s of %s at %s while %s".formatted(type, subject, time, stay));
      }
      if (stay != null && !type.equals("joined") && !stay.since().equals(since)) {
        violations.add("%s of %s tells of another stay than %s".formatted(type, subject, stay));
      }
      switch (type) {
        case "joined" -> {
          joins++;
          present.put(subject, new Stay(since));
          if (!stays.add(subject + since)) {
            violations.add("%s joined twice at %s".formatted(subject, since));
          }
        }
        case "updated" -> {}
        case "left" -> {
          leaves++;
          present.remove(subject);
        }
        case "timed-out" -> {
          present.remove(subject);
          timedOut.put(subject + since, deadline);
          lateness.add(Duration.between(deadline, time).toMillis());
          if (time.isBefore(deadline)) {
            violations.add("%s timed out before its deadline %s".formatted(subject, deadline));
          }
        }
        default -> violations.add("an event of type " + type);
      }
    }
    present.forEach(
        (subject, stay) -> violations.add("%s never timed out: %s".formatted(subject, stay)));
    for (Acknowledged one : acknowledged) {
      if (!one.outlives(losses)) {
        continue;
      }
      if (!stays.contains(one.subject() + one.since())) {
        violations.add("nothing tells that %s joined".formatted(one));
      }
      Instant end = timedOut.get(one.subject() + one.since());
      if (end != null && end.isBefore(one.deadline())) {
        violations.add("%s timed out with the deadline %s".formatted(one, end));
      }
    }
    return violations;
  }

  /** Milliseconds between deadline and time-out that so many of a hundred do not exceed. */
  long lateness(int percent) {
    List<Long> sorted = lateness.stream().sorted().toList();
    return sorted.isEmpty() ? 0 : sorted.get((sorted.size() * percent + 99) / 100 - 1);
  }

  int timeOuts() {
    return lateness.size();
  }

  @Override
  public String toString() {
    return "%d events, %d joined, %d left, %d timed out, lateness p50 %d ms, p99 %d ms, most %d ms"
        .formatted(
            events.size(),
            joins,
            leaves,
            lateness.size(),
            lateness(50),
            lateness(99),
            lateness(100));
  }
}
