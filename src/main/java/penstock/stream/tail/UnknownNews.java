package penstock.stream.tail;

import java.time.Duration;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;

/**
 * What is told of logs in a way that is not known here, which another version or another hand may
 * do with each message: counted, and said once a minute at most. Belongs to its {@link TailLoop}'s
 * event loop.
 */
final class UnknownNews {

  private static final Logger LOG = Logger.getLogger(UnknownNews.class);

  /** As often as an operator wants to read the same. */
  private static final long PAUSE_NANOS = Duration.ofMinutes(1).toNanos();

  private final LongSupplier nanos;

  /** What has come since it was said last. */
  private long count;

  private String newest = "";

  /** When it may be said again. */
  private long next;

  /**
   * @param nanos as {@link System#nanoTime}
   */
  UnknownNews(LongSupplier nanos) {
    this.nanos = nanos;
    this.next = nanos.getAsLong();
  }

  void add(TailSource source, RuntimeException why) {
    count++;
    newest = "source=" + source + " reason=" + why.getMessage();
    say();
  }

  /** To be called from time to time: says what was not said yet, if it is time. */
  void say() {
    long now = nanos.getAsLong();
    if (count > 0 && now - next >= 0) {
      LOG.warnf("told and not understood: count=%d, the last of them: %s", count, newest);
      count = 0;
      next = now + PAUSE_NANOS;
    }
  }
}
