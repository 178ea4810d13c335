package penstock.redis;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;

class RedisClockTest {

  private static final long MILLI = MILLISECONDS.toNanos(1);

  private final RedisClock clock = new RedisClock(null, null, new SimpleMeterRegistry());

  /** As if Redis, whose clock is at {@code millis} now, had answered after so long. */
  private void answer(long millis, long afterMillis) {
    long now = System.nanoTime();
    clock.take(
        RedisClock.Reading.of(
            now - afterMillis * MILLI,
            now,
            MILLISECONDS.toNanos(millis) - afterMillis * MILLI / 2));
  }

  private long age(long millis) {
    return Math.round(clock.age(millis) / 1e6 / 100) * 100;
  }

  @Test
  void anAgeIsUnknownBeforeRedisWasAsked() {
    assertThat(clock.age(0)).isEqualTo(RedisClock.UNKNOWN);
  }

  @Test
  void tellsHowLongAgoATimeOfRedisWas() {
    answer(1_000_000, 2);
    assertThat(age(999_000)).isEqualTo(1_000);
    assertThat(age(1_500_000)).isZero();
  }

  @Test
  void believesTheShortestWay() {
    answer(1_000_000, 2);
    answer(1_000_400, 1_000);
    assertThat(age(999_000)).isEqualTo(1_000);
  }

  @Test
  void aClockThatWasSetIsBelievedAtOnce() {
    answer(1_000_000, 2);
    answer(2_000_000, 10);
    assertThat(age(1_999_000)).isEqualTo(1_000);
  }
}
