package penstock.stream;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Notes what the tail calls it with. */
class Notes implements Follower {

  final List<String> ids = new CopyOnWriteArrayList<>();
  final List<LogState> calls = new CopyOnWriteArrayList<>();
  final List<LogState> moves = new CopyOnWriteArrayList<>();

  /** Wants only to be woken. */
  static final class Sleeper extends Notes {
    @Override
    public boolean wantsEntries() {
      return false;
    }
  }

  @Override
  public void appended(LogState log, List<LogEntry> entries) {
    calls.add(log);
    entries.forEach(entry -> ids.add(entry.event().id()));
  }

  @Override
  public void moved(LogState log) {
    moves.add(log);
  }
}
