package penstock.feed;

import io.micrometer.core.instrument.Timer;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import penstock.stream.Cursor;
import penstock.stream.EventFilter;
import penstock.trace.Causes;

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

  /** A turn that took less is followed by the next at once. */
  private static final long SHORT_NANOS = 1_000_000;

  private record Wanted(Lane lane, long next, Cursor after, EventFilter filter) {

    /** The same as {@code equals}, and quick where it is true. */
    boolean is(Lane lane, long next, Cursor after, EventFilter filter) {
      return this.lane == lane
          && this.next == next
          && (this.after == after || this.after.equals(after))
          && (this.filter == filter || this.filter.equals(filter));
    }
  }

  private final Pump pump;

  /** So much later comes an event at most because others came just before it. */
  private final long longestRest;

  private final FeedMeters meters;
  private final Timer latency;
  private final Runnable whenEmpty;
  private final Set<Subscriber> members = new LinkedHashSet<>();

  /** Those members who look at each event. */
  private final Set<Subscriber> active = new LinkedHashSet<>();

  /** The others. */
  private final SubjectIndex<Subscriber> waiting = new SubjectIndex<>();

  /** A turn is to come. */
  private final AtomicBoolean woken = new AtomicBoolean();

  /** Who is left in this turn; null between turns. */
  private @Nullable Iterator<Subscriber> turn;

  private @Nullable Lane measuredLane;

  /** All before this slot of that lane was measured. */
  private long measured;

  private long turnBegan;
  private long restUntil = System.nanoTime();

  /** What was joined in this turn. */
  private final Map<Wanted, Chunk> shared = new HashMap<>();

  /** What the last reader wanted: mostly what the next one wants too. */
  private @Nullable Wanted usual;

  private @Nullable Chunk usualChunk;

  Crowd(Pump pump, FeedConfig config, FeedMeters meters, Timer latency, Runnable whenEmpty) {
    this.pump = pump;
    this.longestRest = config.gather().toNanos();
    this.meters = meters;
    this.latency = latency;
    this.whenEmpty = whenEmpty;
  }

  void add(Subscriber subscriber) {
    if (members.isEmpty()) {
      pump.add(this);
    }
    members.add(subscriber);
    active.add(subscriber);
  }

  /**
   * Lets a member wait for an event of certain subjects.
   *
   * @param spot where it stands, with nothing more in the lane
   * @return whether it may; then it is told when it has to go on, and from where
   */
  boolean await(Subscriber subscriber, Set<String> subjects, Spot spot) {
    return waiting.add(subscriber, subjects, spot) && active.remove(subscriber);
  }

  /** Where a member that waits stands; null if it does not. */
  @Nullable Spot spot(Subscriber subscriber) {
    return waiting.spot(subscriber);
  }

  private void goOn(Subscriber subscriber, Spot spot) {
    active.add(subscriber);
    subscriber.goOn(spot);
  }

  void remove(Subscriber subscriber) {
    active.remove(subscriber);
    waiting.remove(subscriber);
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
   * Nanoseconds until the next turn should begin. After one that took long there is a rest as long,
   * so that there is something to join: then many events cost their readers little more than one.
   */
  long rest(long now) {
    return turn == null ? restUntil - now : 0;
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
      turnBegan = System.nanoTime();
      waiting.look(this::goOn);
      turn = List.copyOf(active).iterator();
    }
    for (int i = 1; turn.hasNext(); i++) {
      turn.next().advance();
      if (i % READERS_PER_LOOK == 0 && System.nanoTime() - end >= 0 && turn.hasNext()) {
        return false;
      }
    }
    turn = null;
    long now = System.nanoTime();
    long took = now - turnBegan;
    restUntil = took < SHORT_NANOS ? now : now + Math.min(took, longestRest);
    measure(took);
    usual = null;
    usualChunk = null;
    shared.values().forEach(Chunk::release);
    shared.clear();
    return true;
  }

  private void measure(long took) {
    if (usual == null || usualChunk == null) {
      return;
    }
    Lane lane = usual.lane();
    if (lane != measuredLane) {
      measuredLane = lane;
      measured = 0;
    }
    Causes causes = meters.causes();
    long first = Math.max(measured, usual.next());
    for (long number = first; number < usualChunk.next(); number++) {
      Slot slot = lane.find(number);
      if (slot != null) {
        meters.came(latency, slot.position());
        causes.add(slot.attributes());
      }
    }
    measured = usualChunk.next();
    meters.wrote(latency, causes, measured - first, took);
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
  @Nullable Chunk next(Lane lane, long next, Cursor after, EventFilter filter) {
    if (turn == null) {
      return lane.from(next, filter, after);
    }
    if (usual != null && usualChunk != null && usual.is(lane, next, after, filter)) {
      return usualChunk.retain();
    }
    var wanted = new Wanted(lane, next, after, filter);
    Chunk chunk = shared.get(wanted);
    if (chunk == null) {
      chunk = lane.from(next, filter, after);
      if (chunk == null || shared.size() == MOST_SHARED) {
        return chunk;
      }
      shared.put(wanted, chunk);
    }
    usual = wanted;
    usualChunk = chunk;
    return chunk.retain();
  }
}
