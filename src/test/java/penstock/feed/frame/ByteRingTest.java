package penstock.feed.frame;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ByteRingTest {

  private static byte[] piece(long number, int length) {
    byte[] piece = new byte[length];
    Arrays.fill(piece, (byte) number);
    return piece;
  }

  private static ByteRing ring(int mostPieces, int mostBytes) {
    return new ByteRing(mostPieces, mostBytes, new HistoryQuota(1 << 30).new Share());
  }

  private static int add(ByteRing ring, byte[] piece) {
    int dropped = 0;
    while (!ring.hasRoom(piece.length)) {
      ring.drop();
      dropped++;
    }
    ring.add(piece);
    return dropped;
  }

  /** Beside a list of the same: nothing is another, none is gone before it had to be. */
  @Test
  void itHasTheNewestWholeWhateverTheirLengths() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int round = 0; round < 200; round++) {
      int mostPieces = 1 + random.nextInt(40);
      int mostBytes = 100 + random.nextInt(20_000);
      var ring = ring(mostPieces, mostBytes);
      Deque<Long> numbers = new ArrayDeque<>();
      Deque<byte[]> pieces = new ArrayDeque<>();
      long taken = 0;
      for (long next = 0; next < 500; next++) {
        byte[] piece = piece(next, 1 + random.nextInt(random.nextInt(10) == 0 ? 5_000 : 100));
        boolean mustDrop =
            numbers.size() == mostPieces || taken + piece.length + ByteRing.OVERHEAD > mostBytes;
        int dropped = add(ring, piece);
        assertThat(dropped > 0 || numbers.isEmpty() || !mustDrop).as("seed %d", seed).isTrue();
        for (int i = 0; i < dropped; i++) {
          assertThat(ring.get(numbers.removeFirst())).isNull();
          taken -= pieces.removeFirst().length + ByteRing.OVERHEAD;
        }
        numbers.add(next);
        pieces.add(piece);
        taken += piece.length + ByteRing.OVERHEAD;
        assertThat(numbers).hasSizeLessThanOrEqualTo(mostPieces);
        assertThat(numbers.size() == 1 || taken <= mostBytes).as("seed %d", seed).isTrue();
        var kept = pieces.iterator();
        for (long number : numbers) {
          assertThat(ring.get(number)).as("seed %d", seed).isEqualTo(kept.next());
        }
        assertThat(ring.get(next + 1)).isNull();
      }
    }
  }

  @Test
  void whatFitsDropsNothing() {
    var ring = ring(1_000, 1_000 * (500 + ByteRing.OVERHEAD));
    for (int i = 0; i < 1_000; i++) {
      assertThat(add(ring, piece(i, 500))).isZero();
    }
    assertThat(add(ring, piece(1_000, 500))).isOne();
  }

  @Test
  void oneMayAlwaysStay() {
    var ring = ring(10, 100);
    add(ring, piece(0, 50));
    assertThat(add(ring, piece(1, 1_000))).isOne();
    assertThat(ring.get(1)).hasSize(1_000);
    assertThat(add(ring, piece(2, 10))).isOne();
    assertThat(ring.get(2)).hasSize(10);
  }

  /** Of many rings none has more than its part once all want it, and each has its newest whole. */
  @Test
  void manyTakeNoMoreThanThereIs() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    int most = 1 << 20;
    var quota = new HistoryQuota(most);
    List<ByteRing> rings = new ArrayList<>();
    List<Deque<byte[]>> kept = new ArrayList<>();
    long[] next = new long[100];
    for (int step = 0; step < 100_000; step++) {
      // one after the other they come, so that the first have taken all
      int wanted = Math.min(step / 500, 99);
      if (wanted == rings.size()) {
        rings.add(new ByteRing(8_192, 8 << 20, quota.new Share()));
        kept.add(new ArrayDeque<>());
      }
      int which = random.nextInt(rings.size());
      byte[] piece = piece(next[which], 1 + random.nextInt(1_000));
      int dropped = add(rings.get(which), piece);
      for (int i = 0; i < dropped; i++) {
        kept.get(which).removeFirst();
      }
      kept.get(which).add(piece);
      next[which]++;
      assertThat(quota.taken()).as("seed %d", seed).isLessThan(2 * most + 4_096L * rings.size());
      long number = next[which] - kept.get(which).size();
      assertThat(rings.get(which).get(number - 1)).isNull();
      if (step % 100 == 0) {
        for (byte[] one : kept.get(which)) {
          assertThat(rings.get(which).get(number++)).as("seed %d", seed).isEqualTo(one);
        }
      }
    }
    assertThat(quota.taken()).isBetween(most / 4L, most + most / 4L);
    assertThat(kept).allSatisfy(one -> assertThat(one).hasSizeGreaterThan(2));
  }

  /** Those who have more than their part, and get nothing more, do not make room. */
  @Test
  void whoComesWhenAllIsTakenHasItsPartAllTheSame() {
    int most = 1 << 20;
    var quota = new HistoryQuota(most);
    var first = new ByteRing(8_192, 8 << 20, quota.new Share());
    var second = new ByteRing(8_192, 8 << 20, quota.new Share());
    for (int i = 0; i < 8_000; i++) {
      add(first, piece(i, 500));
    }
    assertThat(quota.taken()).isEqualTo(most);
    for (int i = 0; i < 8_000; i++) {
      add(second, piece(i, 500));
    }
    assertThat(second.get(8_000 - 1_000)).isEqualTo(piece(7_000, 500));
    assertThat(quota.taken()).isEqualTo(most + most / 2);
    add(first, piece(8_000, 500));
    assertThat(quota.taken()).isEqualTo(most);
    assertThat(first.get(8_000 - 900)).isEqualTo(piece(7_100, 500));
  }

  @Test
  void whatOneLeavesOthersMayHave() {
    var quota = new HistoryQuota(100_000);
    HistoryQuota.Share gone = quota.new Share();
    var large = new ByteRing(8_192, 8 << 20, gone);
    for (int i = 0; i < 1_000; i++) {
      add(large, piece(i, 500));
    }
    assertThat(quota.taken()).isBetween(50_000L, 100_000L);
    gone.close();
    add(large, piece(0, 500));
    assertThat(quota.taken()).isZero();
  }
}
