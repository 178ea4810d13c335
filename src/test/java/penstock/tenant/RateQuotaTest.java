package penstock.tenant;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RateQuotaTest {

  private static final Duration SLICE = Duration.ofMillis(100);

  private final AtomicLong clock = new AtomicLong();
  private final List<TokenBucket.Tokens> needed = new ArrayList<>();
  private final List<TokenBucket.Tokens> wanted = new ArrayList<>();
  private final List<Promise<TokenBucket.TakeResult>> answers = new ArrayList<>();

  private static TenantLimits limits(long events, long bytes) {
    return new TenantLimits(
        events,
        bytes,
        Duration.ofSeconds(1),
        TenantLimits.UNLIMITED,
        TenantLimits.UNLIMITED,
        TenantLimits.UNLIMITED);
  }

  private RateQuota quota(TenantLimits limits) {
    return new RateQuota(
        limits,
        SLICE,
        (least, most) -> {
          needed.add(least);
          wanted.add(most);
          answers.add(Promise.promise());
          return answers.getLast().future();
        },
        Promise::promise,
        clock::get);
  }

  private void grant(int question, long events, long bytes) {
    answers
        .get(question)
        .complete(new TokenBucket.TakeResult(new TokenBucket.Tokens(events, bytes), 0));
  }

  private void refuse(int question, Duration wait) {
    answers
        .get(question)
        .complete(new TokenBucket.TakeResult(new TokenBucket.Tokens(0, 0), wait.toNanos()));
  }

  private static void assertTaken(RateQuota quota, int times) {
    for (int i = 0; i < times; i++) {
      assertThat(quota.take(1, 1_000_000).succeeded()).isTrue();
    }
  }

  @Test
  void aSliceIsGivenAwayWithoutAskingAgain() {
    RateQuota quota = quota(limits(1_000, TenantLimits.UNLIMITED));
    Future<Void> first = quota.take(1, 500);
    assertThat(needed).containsExactly(new TokenBucket.Tokens(1, 0));
    assertThat(wanted).containsExactly(new TokenBucket.Tokens(100, 0));
    grant(0, 100, 0);
    assertThat(first.succeeded()).isTrue();
    assertTaken(quota, 74);
    assertThat(answers).hasSize(1);
  }

  /** A quarter of a slice before it is used up; and never has an instance more than a slice. */
  @Test
  void theNextSliceIsAskedForBeforeAnybodyWaits() {
    RateQuota quota = quota(limits(1_000, TenantLimits.UNLIMITED));
    quota.take(1, 0);
    grant(0, 100, 0);
    assertTaken(quota, 75);
    assertThat(needed.get(1)).isEqualTo(new TokenBucket.Tokens(1, 0));
    assertThat(wanted.get(1)).isEqualTo(new TokenBucket.Tokens(76, 0));
    assertTaken(quota, 10);
    assertThat(answers).hasSize(2);
    grant(1, 76, 0);
    assertTaken(quota, 65);
    assertThat(answers).hasSize(2);
    assertTaken(quota, 1);
    assertThat(answers).hasSize(3);
    // it does not answer in time
    assertTaken(quota, 24);
    Future<Void> late = quota.take(1, 0);
    assertThat(late.isComplete()).isFalse();
    assertThat(answers).hasSize(3);
    grant(2, 76, 0);
    assertThat(late.succeeded()).isTrue();
  }

  @Test
  void onlyWhatIsLowIsAskedFor() {
    RateQuota quota = quota(limits(1_000, 1_000_000));
    quota.take(1, 100);
    grant(0, 100, 100_000);
    assertThat(quota.take(1, 80_000).succeeded()).isTrue();
    assertThat(needed.get(1)).isEqualTo(new TokenBucket.Tokens(0, 1));
    assertThat(wanted.get(1)).isEqualTo(new TokenBucket.Tokens(0, 80_100));
  }

  @Test
  void whenThereWasNoSliceToBeHadItIsNotAskedBeforeSomebodyWaits() {
    RateQuota quota = quota(limits(1_000, TenantLimits.UNLIMITED));
    quota.take(1, 0);
    grant(0, 99, 0);
    assertTaken(quota, 98);
    assertThat(answers).hasSize(1);
    quota.take(1, 0);
    grant(1, 100, 0);
    assertTaken(quota, 75);
    refuse(2, Duration.ofSeconds(1));
    assertTaken(quota, 24);
    assertThat(quota.take(1, 0).failed()).isTrue();
    assertThat(answers).hasSize(3);
  }

  /** It was not asked for them, and what they need may be there. */
  @Test
  void whoComesWhileTheNextSliceIsAskedForAsksForThemselves() {
    RateQuota quota = quota(limits(1_000, 1_000_000));
    quota.take(1, 0);
    grant(0, 100, 0);
    for (int i = 0; i < 75; i++) {
      quota.take(1, 0);
    }
    Future<Void> large = quota.take(1, 500);
    assertThat(answers).hasSize(2);
    refuse(1, Duration.ofSeconds(1));
    assertThat(large.isComplete()).isFalse();
    assertThat(needed.get(2)).isEqualTo(new TokenBucket.Tokens(0, 500));
    grant(2, 0, 1_000);
    assertThat(large.succeeded()).isTrue();
  }

  @Test
  void aRedisThatIsAwayFailsNobodyWhoDoesNotWait() {
    RateQuota quota = quota(limits(1_000, TenantLimits.UNLIMITED));
    quota.take(1, 0);
    grant(0, 100, 0);
    assertTaken(quota, 75);
    answers.get(1).fail("away");
    assertTaken(quota, 24);
    assertThat(answers).hasSize(2);
    Future<Void> next = quota.take(1, 0);
    assertThat(answers).hasSize(3);
    grant(2, 100, 0);
    assertThat(next.succeeded()).isTrue();
  }

  @Test
  void thoseWhoWaitAreServedInTheirOrderByOneQuestionAtATime() {
    RateQuota quota = quota(limits(100, 10_000));
    List<Future<Void>> taken = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      taken.add(quota.take(5, 300));
    }
    assertThat(answers).hasSize(1);
    grant(0, 12, 2_000);
    assertThat(taken).extracting(Future::succeeded).containsExactly(true, true, false, false);
    assertThat(needed.get(1)).isEqualTo(new TokenBucket.Tokens(3, 0));
    assertThat(wanted.get(1)).isEqualTo(new TokenBucket.Tokens(10, 1_000));
    // what is small waits behind what is large
    Future<Void> small = quota.take(1, 1);
    assertThat(small.isComplete()).isFalse();
    grant(1, 20, 1_000);
    assertThat(taken).allMatch(Future::succeeded);
    assertThat(small.succeeded()).isTrue();
  }

  @Test
  void whileTheBucketIsEmptyAllAreRefusedHere() {
    RateQuota quota = quota(limits(1_000, TenantLimits.UNLIMITED));
    Future<Void> first = quota.take(2, 0);
    Future<Void> second = quota.take(2, 0);
    refuse(0, Duration.ofSeconds(3));
    for (Future<Void> one : List.of(first, second, quota.take(1, 0))) {
      assertThat(one.cause()).isInstanceOf(RateException.class);
      assertThat(((RateException) one.cause()).waitNanos()).isEqualTo(3_000_000_000L);
    }
    assertThat(quota.refusal()).isEqualTo(3_000_000_000L);
    clock.addAndGet(2_999_999_999L);
    assertThat(quota.take(1, 0).failed()).isTrue();
    assertThat(answers).hasSize(1);
    clock.addAndGet(1);
    assertThat(quota.refusal()).isZero();
    Future<Void> later = quota.take(1, 0);
    assertThat(answers).hasSize(2);
    grant(1, 100, 0);
    assertThat(later.succeeded()).isTrue();
  }

  @Test
  void itIsNotAskedAgainSoonerThanASliceTakes() {
    RateQuota quota = quota(limits(1_000_000, TenantLimits.UNLIMITED));
    quota.take(1, 0);
    refuse(0, Duration.ofNanos(1_000));
    clock.addAndGet(SLICE.toNanos() - 1);
    assertThat(quota.take(1, 0).failed()).isTrue();
    assertThat(answers).hasSize(1);
  }

  @Test
  void whatIsLeftIsGivenAwayWhileTheBucketIsEmpty() {
    RateQuota quota = quota(limits(1_000, TenantLimits.UNLIMITED));
    quota.take(1, 0);
    grant(0, 5, 0);
    Future<Void> large = quota.take(10, 0);
    refuse(1, Duration.ofSeconds(1));
    assertThat(large.failed()).isTrue();
    assertThat(quota.refusal()).isZero();
    assertThat(quota.take(4, 0).succeeded()).isTrue();
    assertThat(quota.refusal()).isPositive();
  }

  @Test
  void aRedisThatIsAwayFailsThoseWhoWaitAndIsAskedAgain() {
    RateQuota quota = quota(limits(10, 10));
    Future<Void> first = quota.take(1, 1);
    Future<Void> second = quota.take(1, 1);
    answers.get(0).fail("away");
    assertThat(first.cause()).hasMessage("away");
    assertThat(second.cause()).hasMessage("away");
    assertThat(quota.refusal()).isZero();
    Future<Void> third = quota.take(1, 1);
    grant(1, 1, 1);
    assertThat(third.succeeded()).isTrue();
  }

  /** What instances give away together is the bucket's, and a slice each. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void allInstancesTogetherKeepToTheRate(long seed) {
    var random = new Random(seed);
    long rate = 10 + random.nextInt(5_000);
    int instances = 1 + random.nextInt(6);
    var bucket = new ReferenceBucket(rate, rate);
    List<RateQuota> quotas = new ArrayList<>();
    for (int i = 0; i < instances; i++) {
      quotas.add(
          new RateQuota(
              limits(rate, TenantLimits.UNLIMITED),
              SLICE,
              bucket::ask,
              Promise::promise,
              clock::get));
    }
    long taken = 0;
    int largest = 50;
    int seconds = 60;
    for (int tick = 0; tick < seconds * 100; tick++) {
      for (int i = 0; i < rate / 100 * 2 + 1; i++) {
        int events = 1 + random.nextInt(largest);
        if (quotas.get(random.nextInt(instances)).take(events, 0).succeeded()) {
          taken += events;
        }
      }
      clock.addAndGet(10_000_000);
      bucket.pass(0.01);
    }
    long slices = instances * Math.max(1, rate / 10);
    assertThat(taken)
        .as("seed %d, rate %d, instances %d", seed, rate, instances)
        .isBetween(
            (long) (rate * seconds * 0.95) - largest, rate * (seconds + 1) + slices + largest);
  }
}
