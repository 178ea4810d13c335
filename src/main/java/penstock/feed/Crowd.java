package penstock.feed;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import penstock.stream.EventFilter;
import penstock.stream.Place;

/**
 * The readers of one ring that one event loop serves. All are served in one turn of the loop, and
 * those who stand at the same place and want the same share what is written. Belongs to its event
 * loop, but for {@link #wake}.
 */
final class Crowd {

  /** A heartbeat is late by at most this part of its interval. */
  private static final int TICKS_PER_HEARTBEAT = 15;

  /** Most readers stand at the head; those scattered behind it would only fill the memory. */
  private static final int MOST_SHARED = 64;

  private record Wanted(Lane lane, long next, Place after, EventFilter filter) {}

  private final Vertx vertx;
  private final Context context;
  private final Runnable whenEmpty;
  private final Set<Subscriber> members = new LinkedHashSet<>();
  private final AtomicBoolean woken = new AtomicBoolean();

  /** What was joined in this turn. */
  private final Map<Wanted, Chunk> shared = new HashMap<>();

  private final long timer;
  private boolean turning;

  Crowd(Vertx vertx, Context context, FeedConfig config, Runnable whenEmpty) {
    this.vertx = vertx;
    this.context = context;
    this.whenEmpty = whenEmpty;
    long tick = Math.max(1, config.heartbeat().toMillis() / TICKS_PER_HEARTBEAT);
    this.timer = vertx.setPeriodic(tick, now -> tick());
  }

  void add(Subscriber subscriber) {
    members.add(subscriber);
  }

  void remove(Subscriber subscriber) {
    members.remove(subscriber);
    if (members.isEmpty()) {
      vertx.cancelTimer(timer);
      whenEmpty.run();
    }
  }

  /** Lets the members write what is new, in one turn of their event loop. From any thread. */
  void wake() {
    if (woken.compareAndSet(false, true)) {
      context.runOnContext(go -> turn());
    }
  }

  private void turn() {
    woken.set(false);
    turning = true;
    for (Subscriber member : List.copyOf(members)) {
      member.advance();
    }
    turning = false;
    shared.clear();
  }

  private void tick() {
    long now = System.nanoTime();
    for (Subscriber member : List.copyOf(members)) {
      member.tick(now);
    }
  }

  /** What a reader is to be written next; null if it is not in the lane any more. */
  @Nullable Chunk next(Lane lane, long next, Place after, EventFilter filter) {
    if (!turning) {
      return lane.from(next, filter, after);
    }
    var wanted = new Wanted(lane, next, after, filter);
    Chunk chunk = shared.get(wanted);
    if (chunk == null) {
      chunk = lane.from(next, filter, after);
      if (chunk != null && shared.size() < MOST_SHARED) {
        shared.put(wanted, chunk);
      }
    }
    return chunk;
  }
}
