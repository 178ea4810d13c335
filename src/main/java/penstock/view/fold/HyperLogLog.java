package penstock.view.fold;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * How many different hashes there were, about, from {@value #REGISTERS} registers: each keeps the
 * longest run of zeros that it saw. The state of two is merged register by register, so it does not
 * matter in which order, how often or in which of them a hash was seen.
 *
 * <p>While few registers are used, the state is a list of them, three bytes each; later all of
 * them, a byte each.
 *
 * <p>By hand, since the state is what is kept in Redis, once for each key, and must depend on what
 * was seen alone: a list suits the many keys that saw little, which hash4j does not have, and the
 * estimates of Apache DataSketches depend on the order as long as nothing was merged.
 *
 * @see <a href="https://arxiv.org/abs/1702.01284">The estimator: O. Ertl, New cardinality
 *     estimation algorithms for HyperLogLog sketches</a>
 */
final class HyperLogLog {

  private static final int INDEX_BITS = 12;
  static final int REGISTERS = 1 << INDEX_BITS;

  /** Standard error of the estimate, relative to it. */
  static final double ERROR = 1.04 / Math.sqrt(REGISTERS);

  private static final int RUN_BITS = Long.SIZE - INDEX_BITS;
  private static final int LISTED = 3;
  private static final int MAX_LIST = REGISTERS / LISTED;
  private static final double ALPHA = 0.5 / Math.log(2);

  private final byte[] registers;

  private HyperLogLog(byte[] registers) {
    this.registers = registers;
  }

  /** Reads a {@link #state}; null stands for one that has seen nothing. */
  static HyperLogLog of(byte @Nullable [] state) {
    if (state != null && state.length == REGISTERS) {
      return new HyperLogLog(state.clone());
    }
    byte[] registers = new byte[REGISTERS];
    for (int i = 0; state != null && i + LISTED <= state.length; i += LISTED) {
      registers[(state[i] & 0xF) << Byte.SIZE | state[i + 1] & 0xFF] = state[i + 2];
    }
    return new HyperLogLog(registers);
  }

  /**
   * Takes a hash, whose 64 bits are as good as random.
   *
   * @return whether the state changed
   */
  boolean add(long hash) {
    int index = (int) (hash >>> RUN_BITS);
    byte run = (byte) (Math.min(RUN_BITS, Long.numberOfLeadingZeros(hash << INDEX_BITS)) + 1);
    if (registers[index] >= run) {
      return false;
    }
    registers[index] = run;
    return true;
  }

  /** Takes all that another has seen. */
  void add(HyperLogLog other) {
    for (int i = 0; i < REGISTERS; i++) {
      registers[i] = (byte) Math.max(registers[i], other.registers[i]);
    }
  }

  /** All there is to it; equal if the same was seen. */
  byte[] state() {
    byte[] list = new byte[MAX_LIST * LISTED];
    int length = 0;
    for (int i = 0; i < REGISTERS; i++) {
      if (registers[i] != 0) {
        if (length == list.length) {
          return registers.clone();
        }
        list[length++] = (byte) (i >>> Byte.SIZE);
        list[length++] = (byte) i;
        list[length++] = registers[i];
      }
    }
    return Arrays.copyOf(list, length);
  }

  long estimate() {
    int[] having = new int[RUN_BITS + 2];
    for (byte run : registers) {
      having[run]++;
    }
    double z = REGISTERS * tau(1 - (double) having[RUN_BITS + 1] / REGISTERS);
    for (int run = RUN_BITS; run >= 1; run--) {
      z = (z + having[run]) / 2;
    }
    z += REGISTERS * sigma((double) having[0] / REGISTERS);
    return Math.round(ALPHA * REGISTERS * REGISTERS / z);
  }

  /** What registers that saw nothing add. */
  private static double sigma(double share) {
    if (share == 1) {
      return Double.POSITIVE_INFINITY;
    }
    double power = share;
    double weight = 1;
    double sum = share;
    double before;
    do {
      power *= power;
      before = sum;
      sum += power * weight;
      weight += weight;
    } while (sum != before);
    return sum;
  }

  /** What registers that saw the longest run add. */
  private static double tau(double share) {
    if (share == 0 || share == 1) {
      return 0;
    }
    double root = share;
    double weight = 1;
    double sum = 1 - share;
    double before;
    do {
      root = Math.sqrt(root);
      before = sum;
      weight /= 2;
      sum -= (1 - root) * (1 - root) * weight;
    } while (sum != before);
    return sum / 3;
  }
}
