package penstock.presence;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What presence is, in the simplest words: a reference for the scripts. Names are plain ASCII. Its
 * time is set by the test.
 */
final class PresenceModel {

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

  private final int mostMembers;
  private final Map<String, Known> members = new TreeMap<>();
  private final List<String> events = new ArrayList<>();
  private long now;

  /** A member that came; {@code left} until its deadline, when it is forgotten. */
  private static final class Known {
    private long since;
    private long deadline;
    private String data = "null";
    private boolean left;

    /** Of a log that was lost: nothing says any more that it came. */
    private boolean stale;
  }

  PresenceModel(int mostMembers, long now) {
    this.mostMembers = mostMembers;
    this.now = now;
  }

  void now(long time) {
    now = time;
  }

  /** The events of the present log: type, subject, time, since, deadline, data. */
  List<String> events() {
    return events;
  }

  /** What came of a heartbeat; empty data is what it was. */
  String arrive(String room, String name, long ttl, String data, boolean asked) {
    String key = room + "/" + name;
    Known known = members.get(key);
    boolean alive = known != null && !known.stale && known.deadline > now;
    if (alive && known.left && !asked) {
      known.deadline = now + ttl;
      return "left";
    }
    if (alive && !known.left) {
      known.deadline = now + ttl;
      boolean updated = !data.isEmpty() && !data.equals(known.data);
      if (updated) {
        known.data = data;
        tell("updated", key, known);
      }
      return updated ? "updated" : "kept";
    }
    boolean listed = known != null && !known.left;
    if (!listed && listed(room) >= mostMembers) {
      return "full";
    }
    if (listed && !known.stale) {
      tell("timed-out", key, known);
    }
    Known fresh = new Known();
    fresh.since = now;
    fresh.deadline = now + ttl;
    fresh.data = data.isEmpty() ? "null" : data;
    members.put(key, fresh);
    tell("joined", key, fresh);
    return "joined";
  }

  private long listed(String room) {
    return members.entrySet().stream()
        .filter(one -> one.getKey().startsWith(room + "/") && !one.getValue().left)
        .count();
  }

  boolean depart(String room, String name) {
    String key = room + "/" + name;
    Known known = members.get(key);
    if (known == null || known.stale || known.left) {
      return false;
    }
    if (known.deadline <= now) {
      members.remove(key);
      tell("timed-out", key, known);
      return false;
    }
    known.left = true;
    tell("left", key, known);
    return true;
  }

  /** Times out the first of those that are due; tells how many were told. */
  int timeOut(int most) {
    List<String> due =
        members.entrySet().stream()
            .filter(one -> one.getValue().deadline <= now)
            .sorted(
                Comparator.<Map.Entry<String, Known>>comparingLong(one -> one.getValue().deadline)
                    .thenComparing(Map.Entry::getKey))
            .limit(most)
            .map(Map.Entry::getKey)
            .toList();
    int told = 0;
    for (String key : due) {
      Known known = members.remove(key);
      if (!known.left && !known.stale) {
        tell("timed-out", key, known);
        told++;
      }
    }
    return told;
  }

  /** Who is in a room: name, since, deadline, data. */
  List<String> present(String room) {
    List<String> present = new ArrayList<>();
    members.forEach(
        (key, known) -> {
          if (key.startsWith(room + "/") && !known.left && !known.stale && known.deadline > now) {
            present.addAll(
                List.of(
                    key.substring(room.length() + 1),
                    Long.toString(known.since),
                    Long.toString(known.deadline),
                    known.data));
          }
        });
    return present;
  }

  /** The log is another one. */
  void lose() {
    members.values().forEach(known -> known.stale = true);
    events.clear();
  }

  private void tell(String type, String key, Known known) {
    events.add(
        "presence.%s %s %s {\"since\":\"%s\",\"deadline\":\"%s\",\"data\":%s}"
            .formatted(type, key, time(now), time(known.since), time(known.deadline), known.data));
  }

  private static String time(long millis) {
    return TIME.format(Instant.ofEpochMilli(millis));
  }
}
