package penstock.feed.loop;

import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import penstock.problem.IsolatedCall;

/**
 * The channels that have readers, and those whose last reader left a short while ago: they linger
 * for the next to find. May be used from any thread.
 *
 * @param <K> what a channel is of
 * @param <R> a channel
 */
public final class ChannelRegistry<K, R> {

  /** A channel and how many use it. */
  private static final class OpenChannel<R> {

    private static final long NO_TIMER = -1;

    final R channel;
    int readers;

    /** Closes it, while nobody reads it. */
    long timer = NO_TIMER;

    OpenChannel(R channel) {
      this.channel = channel;
    }
  }

  private final Vertx vertx;
  private final long lingerMillis;
  private final Predicate<R> broken;
  private final Consumer<R> close;
  private final Map<K, OpenChannel<R>> channels = new HashMap<>();

  /**
   * @param broken whether a channel could not be opened: the next reader gets another in its place,
   *     and it needs no close
   * @param close is given a channel that has lingered
   */
  public ChannelRegistry(Vertx vertx, Duration linger, Predicate<R> broken, Consumer<R> close) {
    this.vertx = vertx;
    this.lingerMillis = Math.max(1, linger.toMillis());
    this.broken = broken;
    this.close = close;
  }

  /** One more reads: the channel that is there, or a new one. */
  public synchronized R enter(K key, Supplier<R> open) {
    OpenChannel<R> used = channels.get(key);
    if (used == null || broken.test(used.channel)) {
      used = new OpenChannel<>(open.get());
      channels.put(key, used);
    }
    if (used.timer != OpenChannel.NO_TIMER) {
      vertx.cancelTimer(used.timer);
      used.timer = OpenChannel.NO_TIMER;
    }
    used.readers++;
    return used.channel;
  }

  /** One who entered this channel reads no more. */
  public synchronized void leave(K key, R channel) {
    OpenChannel<R> used = channels.get(key);
    if (used != null && used.channel == channel && --used.readers == 0) {
      used.timer = vertx.setTimer(lingerMillis, timer -> close(key, used, timer));
    }
  }

  /** Unless it was entered again: a timer may have gone off before it was cancelled. */
  private synchronized void close(K key, OpenChannel<R> used, long timer) {
    if (used.timer == timer && channels.remove(key, used)) {
      close.accept(used.channel);
    }
  }

  /** Closes all: nobody reads any more. Their timers would outlive the service in a live reload. */
  public synchronized void close() {
    for (OpenChannel<R> used : channels.values()) {
      vertx.cancelTimer(used.timer);
      IsolatedCall.run(() -> close.accept(used.channel));
    }
    channels.clear();
  }
}
