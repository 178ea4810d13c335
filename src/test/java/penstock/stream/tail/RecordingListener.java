package penstock.stream.tail;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import penstock.stream.LogEntry;
import penstock.stream.LogState;

/** Notes what the tail calls it with. */
class RecordingListener implements TailListener {

  final List<String> ids = new CopyOnWriteArrayList<>();
  final List<LogState> calls = new CopyOnWriteArrayList<>();
  final List<LogState> moves = new CopyOnWriteArrayList<>();

  /** Wants only to be woken. */
  static final class Sleeper extends RecordingListener {
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
