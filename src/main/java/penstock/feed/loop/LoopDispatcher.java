package penstock.feed.loop;

import io.netty.channel.EventLoop;
import io.vertx.core.impl.ContextInternal;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Runs the tasks of one event loop: it is woken once for all that ask for a turn, and runs them for
 * a while before it lets the loop read its sockets again, so that requests are not kept waiting
 * until tens of thousands of readers have been written to, or looked at. Belongs to its event loop,
 * but for {@link #wake}.
 */
public final class LoopDispatcher {

  private static final Logger LOG = Logger.getLogger(LoopDispatcher.class);

  /** A heartbeat is late by at most this part of its interval. */
  private static final int TICKS_PER_HEARTBEAT = 15;

  /** A feed lasts at most so much longer than its token. */
  private static final long LONGEST_TICK_MILLIS = 1_000;

  /** How long tasks run without a look at the loop's sockets. */
  private static final long SLICE_NANOS = 500_000;

  /** The same of ticks, for which nobody waits. */
  private static final long TICK_SLICE_NANOS = 100_000;

  private final ContextInternal context;
  private final EventLoop loop;
  private final long tickMillis;
  private final Queue<LoopTask> waiting = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean woken = new AtomicBoolean();
  private final Set<LoopTask> tasks = new LinkedHashSet<>();
  private @Nullable Future<?> ticking;

  /** Whose tick has not come yet, or is not over. */
  private final Queue<LoopTask> toTick = new ArrayDeque<>();

  /** The time of that tick. */
  private long tickBegan;

  /** The loop looks at its sockets, between two slices. */
  private boolean pausing;

  LoopDispatcher(ContextInternal context, Duration heartbeat) {
    this.context = context;
    this.loop = context.nettyEventLoop();
    this.tickMillis =
        Math.clamp(heartbeat.toMillis() / TICKS_PER_HEARTBEAT, 1, LONGEST_TICK_MILLIS);
  }

  /** From now on the task is ticked. */
  void add(LoopTask task) {
    tasks.add(task);
    if (ticking == null) {
      ticking =
          loop.scheduleAtFixedRate(
              () -> context.dispatch(this::tick), tickMillis, tickMillis, TimeUnit.MILLISECONDS);
    }
  }

  void remove(LoopTask task) {
    tasks.remove(task);
    if (tasks.isEmpty() && ticking != null) {
      ticking.cancel(false);
      ticking = null;
    }
  }

  /** The task wants a turn. From any thread. */
  void wake(LoopTask task) {
    waiting.add(task);
    if (woken.compareAndSet(false, true)) {
      context.runOnContext(go -> awake());
    }
  }

  private void awake() {
    woken.set(false);
    if (!pausing) {
      runSlice();
    }
  }

  private void runSlice() {
    pausing = false;
    long end = System.nanoTime() + SLICE_NANOS;
    for (LoopTask task = waiting.peek(); task != null; task = waiting.peek()) {
      long rest = task.rest(System.nanoTime());
      if (rest > 0) {
        waiting.remove();
        LoopTask later = task;
        loop.schedule(() -> context.dispatch(() -> resume(later)), rest, TimeUnit.NANOSECONDS);
      } else if (!run(task, end)) {
        pausing = true;
        behindSockets(this::runSlice);
        return;
      } else {
        waiting.remove();
      }
    }
  }

  /** A turn that fails is over, so that those of the other tasks come. */
  private static boolean run(LoopTask task, long end) {
    try {
      return task.run(end);
    } catch (RuntimeException | Error defect) {
      LOG.error("a turn failed", defect);
      return true;
    }
  }

  private void resume(LoopTask task) {
    waiting.add(task);
    if (!pausing) {
      runSlice();
    }
  }

  private void tick() {
    // one that takes longer than it is until the next comes to its end first
    if (toTick.isEmpty()) {
      toTick.addAll(tasks);
      tickBegan = System.nanoTime();
      tickSlice();
    }
  }

  private void tickSlice() {
    long end = System.nanoTime() + TICK_SLICE_NANOS;
    for (LoopTask task = toTick.peek(); task != null; task = toTick.peek()) {
      if (tick(task, end)) {
        toTick.remove();
      }
      if (!toTick.isEmpty() && System.nanoTime() - end >= 0) {
        behindSockets(this::tickSlice);
        return;
      }
    }
  }

  private boolean tick(LoopTask task, long end) {
    try {
      return task.tick(tickBegan, end);
    } catch (RuntimeException | Error defect) {
      LOG.error("a tick failed", defect);
      return true;
    }
  }

  /** Not as a task of the loop: its tasks come before sockets, timers behind them. */
  private void behindSockets(Runnable slice) {
    loop.schedule(() -> context.dispatch(slice), 0, TimeUnit.NANOSECONDS);
  }
}
