package penstock.schedule.delayed;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** What waits in a partition and what entered its log, in plain words. */
final class ScheduleModel {

  /** What becomes of an event, as {@code schedule.lua} numbers it. */
  static final int ENTERED = 0;

  static final int ENTERED_BEFORE = 1;
  static final int WAITS = 2;
  static final int WAITED_BEFORE = 3;
  static final int TOO_MANY = 4;

  /**
   * An event that waits.
   *
   * @param order in which it came
   */
  record Waiting(String id, long deadline, long order) {}

  private final int most;
  private final TreeSet<Waiting> waiting =
      new TreeSet<>(Comparator.comparingLong(Waiting::deadline).thenComparing(Waiting::order));
  private final List<String> log = new ArrayList<>();
  private long now;
  private long order;

  ScheduleModel(int most, long now) {
    this.most = most;
    this.now = now;
  }

  void now(long time) {
    now = time;
  }

  List<Waiting> waiting() {
    return List.copyOf(waiting);
  }

  List<String> log() {
    return List.copyOf(log);
  }

  private Optional<Waiting> find(String id) {
    return waiting.stream().filter(one -> one.id().equals(id)).findFirst();
  }

  /** Takes an event that is to come then; one whose time has passed comes now. */
  int schedule(String id, long deadline) {
    if (find(id).isPresent()) {
      return WAITED_BEFORE;
    }
    if (log.contains(id)) {
      return ENTERED_BEFORE;
    }
    if (deadline < now) {
      log.add(id);
      return ENTERED;
    }
    if (waiting.size() >= most) {
      return TOO_MANY;
    }
    waiting.add(new Waiting(id, deadline, order++));
    return WAITS;
  }

  /** Takes an event without a delay, whether it waits or not. */
  void append(String id) {
    if (!log.contains(id)) {
      log.add(id);
    }
  }

  /** Delivers so many of those that are due; tells how many were in the log already. */
  int deliver(int some) {
    Set<Waiting> due = new HashSet<>();
    int repeats = 0;
    for (Waiting one : waiting) {
      if (one.deadline() < now && due.size() < some) {
        due.add(one);
        if (log.contains(one.id())) {
          repeats++;
        } else {
          log.add(one.id());
        }
      }
    }
    waiting.removeAll(due);
    return repeats;
  }

  boolean move(String id, long deadline) {
    Optional<Waiting> found = find(id);
    found.ifPresent(
        one -> {
          waiting.remove(one);
          waiting.add(new Waiting(id, deadline, one.order()));
        });
    return found.isPresent();
  }

  boolean cancel(String id) {
    Optional<Waiting> found = find(id);
    found.ifPresent(waiting::remove);
    return found.isPresent();
  }

  /** The log is gone, and what was in it; what waits is not. */
  void lose() {
    log.clear();
  }
}
