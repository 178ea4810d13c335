package penstock.feed.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ByteRingTest {

  private static byte[] piece(long number, int length) {
    byte[] piece = new byte[length];
    Arrays.fill(piece, (byte) number);
    return piece;
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
      var ring = new ByteRing(mostPieces, mostBytes);
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
    var ring = new ByteRing(1_000, 1 << 20);
    for (int i = 0; i < 1_000; i++) {
      assertThat(add(ring, piece(i, 500))).isZero();
    }
    assertThat(add(ring, piece(1_000, 500))).isOne();
  }

  @Test
  void oneMayAlwaysStay() {
    var ring = new ByteRing(10, 100);
    add(ring, piece(0, 50));
    assertThat(add(ring, piece(1, 1_000))).isOne();
    assertThat(ring.get(1)).hasSize(1_000);
    assertThat(add(ring, piece(2, 10))).isOne();
    assertThat(ring.get(2)).hasSize(10);
  }
}
