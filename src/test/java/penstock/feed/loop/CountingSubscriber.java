package penstock.feed.loop;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import penstock.feed.DisconnectReason;
import penstock.feed.connection.ClientAddress;
import penstock.security.identity.Caller;

/** Notes when it is asked to write, and is not disconnected. */
class CountingSubscriber implements FeedSubscriber {

  /** More than a turn may take without a rest behind it. */
  static final long LONG_NANOS = 5_000_000;

  final AtomicInteger advanced = new AtomicInteger();
  final List<Long> ticks = new CopyOnWriteArrayList<>();

  @Override
  public Caller caller() {
    return Caller.UNKNOWN;
  }

  @Override
  public ClientAddress client() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void advance() {
    advanced.incrementAndGet();
  }

  @Override
  public long touch() {
    return 0;
  }

  @Override
  public void tick(long now) {
    ticks.add(now);
  }

  @Override
  public void disconnect(DisconnectReason reason) {
    throw new UnsupportedOperationException();
  }

  /** Keeps the event loop busy, as one to whom much is written. */
  static void spin(long nanos) {
    long end = System.nanoTime() + nanos;
    while (System.nanoTime() - end < 0) {
      Thread.onSpinWait();
    }
  }
}
