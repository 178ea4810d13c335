package penstock.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class EventDigestTest {

  /**
   * {@code printf '\\0\\0\\0\\4/s\\303\\251\\0\\0\\0\\0011' | sha256sum} says the same; the log
   * depends on it.
   */
  @Test
  void neverChanges() {
    assertThat(HexFormat.of().formatHex(EventDigest.of("/sé", "1")))
        .isEqualTo("5c6958060af08e5217229cc5bcdf35d1");
  }

  @Test
  void tellsPairsApart() {
    assertThat(EventDigest.of("/a", "bc")).isNotEqualTo(EventDigest.of("/ab", "c"));
    assertThat(EventDigest.of("/a", "b")).isNotEqualTo(EventDigest.of("b", "/a"));
    assertThat(EventDigest.of("/a", "b"))
        .hasSize(EventDigest.LENGTH)
        .isEqualTo(EventDigest.of("/a", "b"));
  }
}
