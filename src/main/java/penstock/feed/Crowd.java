package penstock.feed;

import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import penstock.stream.EventFilter;
import penstock.stream.Place;

/**
 * The readers of one ring that one event loop serves. All are written to in one turn, and those who
 * stand at the same place and want the same share what is written. Belongs to its event loop, but
 * for {@link #wake}.
 */
final class Crowd {

  /** Most readers stand at the head; those scattered behind it would only fill the memory. */
  private static final int MOST_SHARED = 64;

  /** Looking at the clock costs about as much as ten readers with nothing to write. */
  private static final int READERS_PER_LOOK = 8;

  private record Wanted(Lane lane, long next, Place after, EventFilter filter) {}

  private final Pump pump;
  private final Runnable whenEmpty;
  private final Set<Subscriber> members = new LinkedHashSet<>();

  /** A turn is to come. */
  private final AtomicBoolean woken = new AtomicBoolean();

  /** Who is left in this turn; null between turns. */
  private @Nullable Iterator<Subscriber> turn;

  /** What was joined in this turn. */
  private final Map<Wanted, Chunk> shared = new HashMap<>();

  Crowd(Pump pump, Runnable whenEmpty) {
    this.pump = pump;
    this.whenEmpty = whenEmpty;
  }

  void add(Subscriber subscriber) {
    if (members.isEmpty()) {
      pump.add(this);
    }
    members.add(subscriber);
  }

  void remove(Subscriber subscriber) {
    if (members.remove(subscriber) && members.isEmpty()) {
      pump.remove(this);
      whenEmpty.run();
    }
  }

  /** Lets the members write what is new, in a turn of their event loop. From any thread. */
  void wake() {
    if (woken.compareAndSet(false, true)) {
      pump.wake(this);
    }
  }

  /** What a member leaves to be written now is written in a turn that comes soon. */
  boolean isWoken() {
    return woken.get();
  }

  /**
   * Goes on with the present turn, or begins one.
   *
   * @param end when to stop, in terms of {@link System#nanoTime}
   * @return whether the turn is over
   */
  boolean write(long end) {
    if (turn == null) {
      woken.set(false);
      turn = List.copyOf(members).iterator();
    }
    for (int i = 1; turn.hasNext(); i++) {
      turn.next().advance();
      if (i % READERS_PER_LOOK == 0 && System.nanoTime() - end >= 0 && turn.hasNext()) {
        return false;
      }
    }
    turn = null;
    shared.values().forEach(Chunk::release);
    shared.clear();
    return true;
  }

  /** Looks after what no event brings about. */
  void tick(long now) {
    for (Subscriber member : List.copyOf(members)) {
      member.tick(now);
    }
  }

  /**
   * What a reader is to be written next, for it to release; null if it is not in the lane any more.
   */
  @Nullable Chunk next(Lane lane, long next, Place after, EventFilter filter) {
    if (turn == null) {
      return lane.from(next, filter, after);
    }
    var wanted = new Wanted(lane, next, after, filter);
    Chunk chunk = shared.get(wanted);
    if (chunk != null) {
      return chunk.retain();
    }
    chunk = lane.from(next, filter, after);
    if (chunk != null && shared.size() < MOST_SHARED) {
      shared.put(wanted, chunk.retain());
    }
    return chunk;
  }
}
