package penstock.feed;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The readers of one view's ring that one event loop serves: all in one turn of the loop. Belongs
 * to its event loop, but for {@link #wake}.
 */
final class ViewCrowd {

  /** A heartbeat is late by at most this part of its interval. */
  private static final int TICKS_PER_HEARTBEAT = 15;

  private final Vertx vertx;
  private final Context context;
  private final Runnable whenEmpty;
  private final Set<ViewSubscriber> members = new LinkedHashSet<>();
  private final AtomicBoolean woken = new AtomicBoolean();
  private final long timer;

  ViewCrowd(Vertx vertx, Context context, FeedConfig config, Runnable whenEmpty) {
    this.vertx = vertx;
    this.context = context;
    this.whenEmpty = whenEmpty;
    long tick = Math.max(1, config.heartbeat().toMillis() / TICKS_PER_HEARTBEAT);
    this.timer = vertx.setPeriodic(tick, now -> tick());
  }

  void add(ViewSubscriber subscriber) {
    members.add(subscriber);
  }

  void remove(ViewSubscriber subscriber) {
    if (members.remove(subscriber) && members.isEmpty()) {
      vertx.cancelTimer(timer);
      whenEmpty.run();
    }
  }

  /** Lets the members write what is new. From any thread. */
  void wake() {
    if (woken.compareAndSet(false, true)) {
      context.runOnContext(
          go -> {
            woken.set(false);
            List.copyOf(members).forEach(ViewSubscriber::advance);
          });
    }
  }

  private void tick() {
    long now = System.nanoTime();
    List.copyOf(members).forEach(member -> member.tick(now));
  }
}
