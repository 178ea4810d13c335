package penstock.json;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class PlainRunTest {

  private static final int LENGTH = 21;

  @Test
  void endsAtEachByteThatIsNotPlainWhereverItIs() {
    for (int value = 0; value < 0x100; value++) {
      boolean plain = value >= ' ' && value < 0x7F && value != '"' && value != '\\';
      for (int at = 0; at < LENGTH; at++) {
        for (int from = 0; from <= at; from++) {
          byte[] bytes = new byte[LENGTH];
          Arrays.fill(bytes, (byte) '~');
          bytes[at] = (byte) value;
          int end = PlainRun.end(bytes, from);
          if (end != (plain ? LENGTH : at)) {
            assertThat(end)
                .as("0x%x at %d from %d", value, at, from)
                .isEqualTo(plain ? LENGTH : at);
          }
        }
      }
    }
  }

  @Test
  void endsAtTheFirstOfSeveral() {
    for (int first = 0; first < LENGTH; first++) {
      byte[] bytes = new byte[LENGTH];
      Arrays.fill(bytes, first, LENGTH, (byte) '\n');
      Arrays.fill(bytes, 0, first, (byte) '!');
      assertThat(PlainRun.end(bytes, 0)).isEqualTo(first);
    }
  }
}
