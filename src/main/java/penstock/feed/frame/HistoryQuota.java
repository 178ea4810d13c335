package penstock.feed.frame;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.configuration.MemorySize;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import penstock.feed.FeedConfig;

/**
 * What the histories of all streams and views of an instance may take together. Each takes what it
 * wants as long as there is enough; beyond that, as much as if it were divided evenly, and those
 * that have more make room. So they take twice as much at the most, if many came after few had
 * taken all.
 *
 * <p>May be used from any thread.
 */
@Singleton
public final class HistoryQuota {

  /** Of the heap, if nothing is said. */
  private static final int PART_OF_HEAP = 16;

  private final long mostBytes;
  private long taken;
  private int shares;

  @Inject
  HistoryQuota(FeedConfig config, MeterRegistry registry) {
    this(
        config
            .historiesSize()
            .map(MemorySize::asLongValue)
            .orElse(Runtime.getRuntime().maxMemory() / PART_OF_HEAP));
    Gauge.builder("penstock.feed.histories", this, HistoryQuota::taken)
        .description("Bytes that the histories of all streams and views take")
        .baseUnit("bytes")
        .register(registry);
    Gauge.builder("penstock.feed.histories.limit", this, quota -> quota.mostBytes)
        .description("What they may take, or twice as much for a while")
        .baseUnit("bytes")
        .register(registry);
  }

  /**
   * @param mostBytes what they may take together
   */
  public HistoryQuota(long mostBytes) {
    this.mostBytes = mostBytes;
  }

  /** What all have now. */
  public synchronized long taken() {
    return taken;
  }

  private long even() {
    return mostBytes / Math.max(1, shares);
  }

  /** What one history has of it. Nothing at first. */
  public final class Share {

    private long bytes;
    private boolean closed;

    /** Whether it may have so much. */
    boolean allows(long wanted) {
      synchronized (HistoryQuota.this) {
        long then = taken - bytes + wanted;
        return then <= mostBytes || wanted <= even() && then <= 2 * mostBytes;
      }
    }

    /** Whether it has to make room for others. */
    boolean isTooMuch() {
      synchronized (HistoryQuota.this) {
        return taken > mostBytes && bytes > even();
      }
    }

    /** It has so much now, allowed or not: one event may always stay. */
    void set(long now) {
      synchronized (HistoryQuota.this) {
        if (!closed) {
          shares += bytes == 0 && now > 0 ? 1 : 0;
          taken += now - bytes;
          bytes = now;
        }
      }
    }

    /** Nobody reads it any more. */
    public void close() {
      synchronized (HistoryQuota.this) {
        shares -= bytes > 0 ? 1 : 0;
        taken -= bytes;
        bytes = 0;
        closed = true;
      }
    }
  }
}
