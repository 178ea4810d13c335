package penstock.tenant;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import penstock.projection.TestLog;
import penstock.redis.RedisConversation;
import penstock.redis.RedisServer;

/**
 * The script against a reference model. Redis's clock cannot be set, but when the bucket was last
 * looked at can: time passes by moving that back.
 */
class TokenBucketTest {

  private static final String KEY = "ps:tenants:acme:rate";

  private static RedisServer redis;
  private static String script;

  private RedisConversation conversation;

  @BeforeAll
  static void start() {
    redis = RedisServer.startBundled();
    script = TestLog.source("take-tokens");
  }

  @AfterAll
  static void stop() {
    redis.close();
  }

  @BeforeEach
  void open() {
    redis.flush();
    conversation = redis.open();
  }

  private void pass(long micros) {
    if (conversation.ask("EXISTS", KEY) instanceof Long there && there == 1) {
      conversation.ask("HINCRBY", KEY, "at", -micros);
    }
  }

  @SuppressWarnings("unchecked")
  private List<Long> take(Object... arguments) {
    List<Object> words = new ArrayList<>(List.of("EVAL", script, 1, KEY));
    words.addAll(List.of(arguments));
    return (List<Long>) conversation.ask(words.toArray());
  }

  /**
   * At one token in a hundred seconds what really passes does not matter; the half keeps clear of
   * the next whole one.
   */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void takesWhatTheModelTakes(long seed) {
    var random = new Random(seed);
    double rate = 0.01;
    long size = 1 + random.nextInt(20);
    var model = new ReferenceBucket(rate, size);
    for (int i = 0; i < 300; i++) {
      double seconds = (random.nextInt(5) + 0.5 * (i == 0 ? 0 : 2 * random.nextInt(2))) / rate / 2;
      pass((long) (seconds * 1e6));
      model.pass(seconds);
      if (Math.abs(model.tokens() - Math.rint(model.tokens())) < 0.01) {
        // where a real millisecond more decides: not what is asked here
        pass(10_000_000);
        model.pass(10);
      }
      long needed = 1 + random.nextInt(8);
      long wanted = random.nextInt(12);
      List<Long> took = take("events", rate, size, needed, wanted);
      long expected = model.take(needed, wanted);
      assertThat(took.get(0)).as("seed %d, step %d", seed, i).isEqualTo(expected == 0 ? 0 : 1);
      if (expected > 0) {
        assertThat(took.get(1)).as("seed %d, step %d", seed, i).isEqualTo(expected);
      } else {
        assertThat(took.get(1) / 1e6)
            .as("seed %d, step %d", seed, i)
            .isBetween((1 - model.tokens()) / rate - 20, (1 - model.tokens()) / rate + 0.01);
      }
    }
  }

  @Test
  void whatIsLargerThanTheBucketIsPaidForByTime() {
    assertThat(take("events", 10, 10, 1_000, 0)).containsExactly(1L, 1_000L);
    assertThat(take("events", 10, 10, 1, 0).get(0)).isZero();
    pass(98_000_000);
    assertThat(take("events", 10, 10, 1, 0).get(0)).isZero();
    pass(2_000_000);
    assertThat(take("events", 10, 10, 1, 0)).containsExactly(1L, 1L);
  }

  @Test
  void ofTwoKindsBothAreTakenOrNone() {
    assertThat(take("events", 1, 5, 5, 5, "bytes", 1, 100, 10, 50)).containsExactly(1L, 5L, 50L);
    List<Long> refused = take("events", 1, 5, 1, 5, "bytes", 1, 100, 10, 50);
    assertThat(refused.get(0)).isZero();
    assertThat(refused.get(1)).isBetween(1L, 1_000_000L);
    // of which none is needed, it does not matter whether there is one
    assertThat(take("events", 1, 5, 0, 5, "bytes", 1, 100, 10, 0)).containsExactly(1L, 0L, 10L);
    pass(1_000_000);
    assertThat(take("events", 1, 5, 1, 5, "bytes", 1, 100, 10, 50)).containsExactly(1L, 1L, 41L);
  }

  @Test
  void aClockThatGoesBackNeitherFillsNorEmptiesIt() {
    take("events", 1, 10, 10, 10);
    pass(-3_600_000_000L);
    assertThat(take("events", 1, 10, 1, 1).get(0)).isZero();
    conversation.ask("HSET", KEY, "events", "2");
    assertThat(take("events", 1, 10, 1, 1)).containsExactly(1L, 1L);
    pass(1_000_000);
    assertThat(take("events", 1, 10, 1, 2)).containsExactly(1L, 2L);
  }

  @Test
  void oneThatIsFullAgainIsForgotten() {
    take("events", 1_000, 1_000, 1, 1);
    assertThat((Long) conversation.ask("PTTL", KEY)).isBetween(1L, 1_100L);
    take("events", 1, 1_000, 500, 1);
    assertThat((Long) conversation.ask("PTTL", KEY)).isBetween(400_000L, 502_000L);
  }

  /** All that instances give away together, over the bucket in Redis that they share. */
  @ParameterizedTest
  @ValueSource(longs = {11, 12, 13})
  void severalInstancesShareOne(long seed) {
    var random = new Random(seed);
    long rate = 1_000;
    int instances = 4;
    var clock = new AtomicLong();
    List<RateQuota> quotas = new ArrayList<>();
    var limits =
        new TenantLimits(
            rate,
            TenantLimits.UNLIMITED,
            Duration.ofSeconds(1),
            TenantLimits.UNLIMITED,
            TenantLimits.UNLIMITED,
            TenantLimits.UNLIMITED);
    for (int i = 0; i < instances; i++) {
      quotas.add(
          new RateQuota(
              limits,
              Duration.ofMillis(100),
              (needed, wanted) -> {
                List<Long> took = take("events", rate, rate, needed.events(), wanted.events());
                return Future.succeededFuture(
                    took.get(0) == 1
                        ? new TokenBucket.TakeResult(new TokenBucket.Tokens(took.get(1), 0), 0)
                        : new TokenBucket.TakeResult(
                            new TokenBucket.Tokens(0, 0), took.get(1) * 1_000));
              },
              Promise::promise,
              clock::get));
    }
    long begun = System.nanoTime();
    long taken = 0;
    int seconds = 10;
    for (int tick = 0; tick < seconds * 100; tick++) {
      for (int i = 0; i < 40; i++) {
        int events = 1 + random.nextInt(5);
        if (quotas.get(random.nextInt(instances)).take(events, 0).succeeded()) {
          taken += events;
        }
      }
      clock.addAndGet(10_000_000);
      pass(10_000);
    }
    double really = (System.nanoTime() - begun) / 1e9;
    long most = (long) (rate * (seconds + really)) + rate + instances * 100 + 5;
    assertThat(taken).isBetween(rate * seconds, most);
  }
}
