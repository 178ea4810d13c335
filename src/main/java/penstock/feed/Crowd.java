package penstock.feed;

import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The readers of one ring that one event loop serves. All are written to in one turn, which the
 * loop's pump takes up and interrupts. Belongs to its event loop, but for {@link #wake}.
 */
class Crowd<R extends Reader> {

  /** Looking at the clock costs about as much as ten readers with nothing to write. */
  private static final int READERS_PER_LOOK = 8;

  /** A turn that took less is followed by the next at once. */
  private static final long SHORT_NANOS = 1_000_000;

  private final Pump pump;
  private final long longestRest;
  private final Runnable whenEmpty;
  private final Set<R> members = new LinkedHashSet<>();

  /** A turn is to come. */
  private final AtomicBoolean woken = new AtomicBoolean();

  /** Who is left in this turn; null between turns. */
  private @Nullable Iterator<R> turn;

  private long turnBegan;
  private long restUntil = System.nanoTime();

  /**
   * @param gather so much later comes something new at most because other came just before it
   */
  Crowd(Pump pump, Duration gather, Runnable whenEmpty) {
    this.pump = pump;
    this.longestRest = gather.toNanos();
    this.whenEmpty = whenEmpty;
  }

  void add(R reader) {
    if (members.isEmpty()) {
      pump.add(this);
    }
    members.add(reader);
  }

  void remove(R reader) {
    if (members.remove(reader) && members.isEmpty()) {
      pump.remove(this);
      whenEmpty.run();
    }
  }

  /** Lets the members write what is new, in a turn of their event loop. From any thread. */
  final void wake() {
    if (woken.compareAndSet(false, true)) {
      pump.wake(this);
    }
  }

  /** What a member leaves to be written now is written in a turn that comes soon. */
  final boolean isWoken() {
    return woken.get();
  }

  final boolean isInTurn() {
    return turn != null;
  }

  /**
   * Nanoseconds until the next turn should begin. After one that took long, and in which more came,
   * there is a rest as long, so that there is something to join: then many events cost their
   * readers little more than one.
   */
  final long rest(long now) {
    return turn == null ? restUntil - now : 0;
  }

  /**
   * Goes on with the present turn, or begins one.
   *
   * @param end when to stop, in terms of {@link System#nanoTime}
   * @return whether the turn is over
   */
  final boolean write(long end) {
    if (turn == null) {
      woken.set(false);
      turnBegan = System.nanoTime();
      turn = begin().iterator();
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
    restUntil = took < SHORT_NANOS || !woken.get() ? now : now + Math.min(took, longestRest);
    ended(took);
    return true;
  }

  /** A turn begins: who may have something to write in it. */
  List<R> begin() {
    return List.copyOf(members);
  }

  /**
   * A turn is over.
   *
   * @param took nanoseconds since it began
   */
  void ended(long took) {}

  /** Looks after what nothing new brings about. */
  final void tick(long now) {
    for (R member : List.copyOf(members)) {
      member.tick(now);
    }
  }
}
