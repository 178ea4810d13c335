package penstock.redis;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.Startup;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Response;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Redis's clock, as far as it can be known here: for measuring how long ago an entry was appended,
 * since positions are of that clock. Not for deciding anything. The instance's own clock has no
 * part in it, only the time that passes here between questions.
 *
 * <p>Redis is asked from time to time. What it answers was true at some point between question and
 * answer, so that the error is at most half of that time; the best of the last answers counts.
 */
@Startup
@ApplicationScoped
public class RedisClock {

  /** What is returned of an age that cannot be known. */
  public static final long UNKNOWN = -1;

  private static final Duration INTERVAL = Duration.ofSeconds(1);
  private static final int READINGS = 16;

  /** Clocks that drift apart by more than this within the readings were set. */
  private static final long TOLERANCE = TimeUnit.MILLISECONDS.toNanos(5);

  /**
   * @param ahead how far Redis's clock is ahead of {@link System#nanoTime}
   * @param error the most by which that may be wrong
   */
  record Reading(long ahead, long error) {

    static Reading of(long asked, long answered, long redisNanos) {
      long error = (answered - asked) / 2;
      return new Reading(redisNanos - (asked + error), error);
    }

    boolean contradicts(Reading other) {
      return Math.abs(ahead - other.ahead) > error + other.error + TOLERANCE;
    }
  }

  private final Vertx vertx;
  private final RedisLinks links;
  private final MeterRegistry meters;
  private final ArrayDeque<Reading> readings = new ArrayDeque<>();
  private volatile @Nullable Reading best;
  private long timer;

  @Inject
  public RedisClock(Vertx vertx, RedisLinks links, MeterRegistry meters) {
    this.vertx = vertx;
    this.links = links;
    this.meters = meters;
  }

  @PostConstruct
  void begin() {
    Gauge.builder("penstock.redis.clock.error", this, RedisClock::error)
        .description("The most by which ages of entries may be measured wrong; NaN if unknown")
        .baseUnit("seconds")
        .register(meters);
    ask();
    timer = vertx.setPeriodic(INTERVAL.toMillis(), tick -> ask());
  }

  @PreDestroy
  void end() {
    vertx.cancelTimer(timer);
  }

  private void ask() {
    long asked = System.nanoTime();
    links
        .commands()
        .send(Command.TIME)
        .onSuccess(time -> take(Reading.of(asked, System.nanoTime(), nanos(time))));
  }

  private static long nanos(Response time) {
    return TimeUnit.SECONDS.toNanos(RedisNumber.longOf(time.get(0)))
        + TimeUnit.MICROSECONDS.toNanos(RedisNumber.longOf(time.get(1)));
  }

  synchronized void take(Reading reading) {
    if (readings.stream().anyMatch(reading::contradicts)) {
      readings.clear();
    }
    if (readings.size() == READINGS) {
      readings.remove();
    }
    readings.add(reading);
    best = readings.stream().min(Comparator.comparingLong(Reading::error)).orElseThrow();
  }

  private double error() {
    Reading present = best;
    return present == null ? Double.NaN : (double) present.error() / TimeUnit.SECONDS.toNanos(1);
  }

  /**
   * About what Redis's clock says now, in milliseconds since 1970; {@link #UNKNOWN} if Redis was
   * never asked. Any thread.
   */
  public long millis() {
    Reading present = best;
    return present == null
        ? UNKNOWN
        : TimeUnit.NANOSECONDS.toMillis(System.nanoTime() + present.ahead());
  }

  /**
   * Nanoseconds since a time of Redis's clock, at least 0; {@link #UNKNOWN} if Redis was never
   * asked. Any thread.
   *
   * @param millis since 1970, such as those of a position, unsigned
   */
  public long age(long millis) {
    Reading present = best;
    return present == null
        ? UNKNOWN
        : millis < 0
            ? 0
            : Math.max(
                0, System.nanoTime() + present.ahead() - TimeUnit.MILLISECONDS.toNanos(millis));
  }
}
