package penstock.feed;

import io.netty.channel.EventLoop;
import io.vertx.core.impl.ContextInternal;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Serves all readers of one event loop: it is woken once for all rings that have something new, and
 * writes for a while before it lets the loop read its sockets again, so that requests are not kept
 * waiting until tens of thousands of readers have been written to. Belongs to its event loop, but
 * for {@link #wake}.
 */
final class Pump {

  /** A heartbeat is late by at most this part of its interval. */
  private static final int TICKS_PER_HEARTBEAT = 15;

  /** How long it writes without a look at the loop's sockets. */
  private static final long STROKE_NANOS = 500_000;

  private final ContextInternal context;
  private final EventLoop loop;
  private final long tickMillis;
  private final Queue<Crowd<?>> waiting = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean woken = new AtomicBoolean();
  private final Set<Crowd<?>> crowds = new LinkedHashSet<>();
  private @Nullable Future<?> ticking;

  /** The loop looks at its sockets, between two strokes. */
  private boolean resting;

  Pump(ContextInternal context, Duration heartbeat) {
    this.context = context;
    this.loop = context.nettyEventLoop();
    this.tickMillis = Math.max(1, heartbeat.toMillis() / TICKS_PER_HEARTBEAT);
  }

  /** From now on it looks after the crowd. */
  void add(Crowd<?> crowd) {
    crowds.add(crowd);
    if (ticking == null) {
      ticking =
          loop.scheduleAtFixedRate(
              () -> context.dispatch(this::tick), tickMillis, tickMillis, TimeUnit.MILLISECONDS);
    }
  }

  void remove(Crowd<?> crowd) {
    crowds.remove(crowd);
    if (crowds.isEmpty() && ticking != null) {
      ticking.cancel(false);
      ticking = null;
    }
  }

  /** The crowd has something to write. From any thread. */
  void wake(Crowd<?> crowd) {
    waiting.add(crowd);
    if (woken.compareAndSet(false, true)) {
      context.runOnContext(go -> begin());
    }
  }

  private void begin() {
    woken.set(false);
    if (!resting) {
      stroke();
    }
  }

  private void stroke() {
    resting = false;
    long end = System.nanoTime() + STROKE_NANOS;
    for (Crowd<?> crowd = waiting.peek(); crowd != null; crowd = waiting.peek()) {
      long rest = crowd.rest(System.nanoTime());
      if (rest > 0) {
        waiting.remove();
        Crowd<?> later = crowd;
        loop.schedule(() -> context.dispatch(() -> again(later)), rest, TimeUnit.NANOSECONDS);
      } else if (!crowd.write(end)) {
        // Not as a task: tasks come before sockets, timers behind them.
        resting = true;
        loop.schedule(() -> context.dispatch(this::stroke), 0, TimeUnit.NANOSECONDS);
        return;
      } else {
        waiting.remove();
      }
    }
  }

  private void again(Crowd<?> crowd) {
    waiting.add(crowd);
    if (!resting) {
      stroke();
    }
  }

  private void tick() {
    long now = System.nanoTime();
    for (Crowd<?> crowd : List.copyOf(crowds)) {
      crowd.tick(now);
    }
  }
}
