package penstock.feed.loop;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What an event loop does in turns when it was asked to: a turn may be interrupted, so that the
 * loop can look at its sockets, and one that took long is followed by a rest. Belongs to its event
 * loop, but for {@link #request} and {@link #isRequested}.
 */
abstract class LoopTask {

  /** A turn that took less is followed by the next at once. */
  private static final long SHORT_NANOS = 1_000_000;

  private final long longestRest;
  private final AtomicBoolean requested = new AtomicBoolean();
  private boolean inTurn;
  private long turnBegan;
  private long restUntil = System.nanoTime();

  /**
   * @param gather the most that an event is delayed so that others can be written with it
   */
  LoopTask(Duration gather) {
    this.longestRest = gather.toNanos();
  }

  /** Asks for a turn. False if one is to come already. */
  final boolean request() {
    return requested.compareAndSet(false, true);
  }

  /** A turn is to come. */
  public final boolean isRequested() {
    return requested.get();
  }

  public final boolean isInTurn() {
    return inTurn;
  }

  /**
   * Nanoseconds until the next turn should begin. After one that took long, and in which more was
   * asked for, there is a rest as long, so that there is something to join: then many events cost
   * their readers little more than one. Not where nothing is joined: that would only make it late.
   */
  final long rest(long now) {
    return inTurn ? 0 : restUntil - now;
  }

  /**
   * Goes on with the present turn, or begins one.
   *
   * @param end when to stop, in terms of {@link System#nanoTime}
   * @return whether the turn is over
   */
  final boolean run(long end) {
    if (!inTurn) {
      requested.set(false);
      turnBegan = System.nanoTime();
      beginTurn();
      inTurn = true;
    }
    boolean over = true;
    try {
      over = continueTurn(end);
    } finally {
      inTurn = !over;
    }
    if (!over) {
      return false;
    }
    long now = System.nanoTime();
    long took = now - turnBegan;
    restUntil =
        took < SHORT_NANOS || !isRequested() || !isJoined()
            ? now
            : now + Math.min(took, longestRest);
    endTurn(took);
    return true;
  }

  abstract void beginTurn();

  /**
   * Does what is left of the turn, or as much as there is time for.
   *
   * @param end when to stop, in terms of {@link System#nanoTime}
   * @return whether all is done
   */
  abstract boolean continueTurn(long end);

  /** What comes together is written together, to the present turn's readers. */
  protected boolean isJoined() {
    return true;
  }

  /**
   * The turn is over.
   *
   * @param took nanoseconds since it began
   */
  public void endTurn(long took) {}

  /**
   * Periodic duties, with or without turns: goes on with the present tick, or begins one.
   *
   * @param now the {@link System#nanoTime} at which it began
   * @param end when to stop, in the same terms
   * @return whether it is over
   */
  abstract boolean tick(long now, long end);
}
