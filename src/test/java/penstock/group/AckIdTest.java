package penstock.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AckIdTest {

  private static final String GROUP = "0123456789abcdef";

  @Test
  void isReadAsItWasWritten() {
    for (AckId id :
        List.of(
            new AckId(GROUP, 0, "1795171125659-0", 1),
            new AckId(GROUP, 63, "1795171125659-1099511627775", 100),
            new AckId("ffffffffffffffff", 7, "!1795171125659-12", 3),
            new AckId(GROUP, 63, "9223372036854775808-9223372036854775807", 1),
            new AckId(GROUP, 63, "18446744073709551615-18446744073709551614", 100))) {
      assertThat(AckId.parse(id.encode())).isEqualTo(id);
      assertThat(id.encode()).matches("[A-Za-z0-9_-]{20,50}");
    }
    assertThat(new AckId(GROUP, 0, "5-1", 2).delivery()).isEqualTo("5-1:2");
  }

  @Test
  void whatNoPullGaveOutIsRefused() {
    String good = new AckId(GROUP, 0, "1795171125659-0", 1).encode();
    for (String bad :
        List.of(
            "",
            "x",
            "*",
            good + "AA",
            good.substring(0, 12),
            "B" + good.substring(1),
            "A".repeat(1000))) {
      assertThatThrownBy(() -> AckId.parse(bad))
          .as(bad)
          .isInstanceOf(IllegalArgumentException.class);
    }
    Random random = new Random(1);
    for (int i = 0; i < 10_000; i++) {
      byte[] bytes = new byte[random.nextInt(40)];
      random.nextBytes(bytes);
      String text = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
      try {
        AckId.parse(text).encode();
      } catch (IllegalArgumentException refused) {
        assertThat(refused).hasMessageMatching("(?s).+");
      }
    }
  }

  @Test
  void aNumberThatIsTooLargeIsRefused() {
    String greatest = "ff".repeat(9) + "01";
    assertThat(ofHex("0000" + greatest + greatest + "01").event())
        .isEqualTo("18446744073709551615-18446744073709551615");
    for (String bad :
        List.of(
            greatest + "00" + "05" + "01" + "01",
            "0000" + "05" + "01" + greatest,
            "0000" + "ff".repeat(9) + "02" + "01" + "01",
            "0000" + "ff".repeat(10) + "01" + "01" + "01")) {
      assertThatThrownBy(() -> ofHex(bad)).as(bad).isInstanceOf(IllegalArgumentException.class);
    }
  }

  private static AckId ofHex(String behindTheGroup) {
    byte[] bytes = HexFormat.of().parseHex("01" + GROUP + behindTheGroup);
    return AckId.parse(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
  }
}
