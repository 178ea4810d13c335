package penstock.view.fold;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class HyperLogLogTest {

  @Test
  void estimatesWithinFourStandardErrorsFromNoneToAMillion() {
    long seed = System.nanoTime();
    System.out.println("seed=" + seed);
    Random random = new Random(seed);
    HyperLogLog seen = HyperLogLog.of(null);
    assertThat(seen.estimate()).isZero();
    int next = 1;
    for (int count = 1; count <= 1_000_000; count++) {
      seen.add(random.nextLong());
      if (count == next) {
        assertThat((double) seen.estimate())
            .as("seed %d", seed)
            .isCloseTo(count, within(1 + 4 * HyperLogLog.ERROR * count));
        next = Math.max(next + 1, next * 5 / 4);
      }
    }
  }

  @Test
  void isOffByItsStandardErrorOnAverage() {
    long seed = System.nanoTime();
    System.out.println("seed=" + seed);
    Random random = new Random(seed);
    int rounds = 300;
    int count = 20_000;
    double squares = 0;
    double sum = 0;
    for (int round = 0; round < rounds; round++) {
      HyperLogLog seen = HyperLogLog.of(null);
      for (int i = 0; i < count; i++) {
        seen.add(random.nextLong());
      }
      double error = (double) seen.estimate() / count - 1;
      squares += error * error;
      sum += error;
    }
    assertThat(Math.sqrt(squares / rounds))
        .as("seed %d", seed)
        .isLessThan(1.25 * HyperLogLog.ERROR);
    assertThat(sum / rounds).as("seed %d", seed).isCloseTo(0, within(HyperLogLog.ERROR / 4));
  }

  @Test
  void seesTheSameInAnyOrderInPartsAndThroughItsState() {
    long seed = System.nanoTime();
    System.out.println("seed=" + seed);
    Random random = new Random(seed);
    for (int count : new int[] {0, 1, 50, 1_365, 1_500, 20_000}) {
      Set<Long> hashes = new HashSet<>();
      while (hashes.size() < count) {
        hashes.add(random.nextLong());
      }
      HyperLogLog all = HyperLogLog.of(null);
      HyperLogLog[] parts = {HyperLogLog.of(null), HyperLogLog.of(null)};
      for (long hash : hashes) {
        all.add(hash);
        int part = random.nextInt(2);
        parts[part].add(hash);
        parts[part] = count > 2_000 ? parts[part] : HyperLogLog.of(parts[part].state());
        if (random.nextBoolean()) {
          parts[1 - part].add(hash);
        }
      }
      HyperLogLog merged = HyperLogLog.of(parts[0].state());
      merged.add(HyperLogLog.of(parts[1].state()));
      assertThat(merged.state()).as("seed %d", seed).isEqualTo(all.state());
      assertThat(all.state()).hasSizeLessThanOrEqualTo(HyperLogLog.REGISTERS);
      assertThat(merged.estimate()).isEqualTo(all.estimate());
    }
  }

  @Test
  void takesTheLongestRun() {
    HyperLogLog seen = HyperLogLog.of(null);
    assertThat(seen.add(0)).isTrue();
    assertThat(seen.add(0)).isFalse();
    assertThat(seen.add(1)).isFalse();
    assertThat(seen.estimate()).isOne();
  }
}
