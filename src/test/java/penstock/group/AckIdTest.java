package penstock.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Base64;
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
            new AckId("ffffffffffffffff", 7, "!1795171125659-12", 3))) {
      assertThat(AckId.parse(id.encode())).isEqualTo(id);
      assertThat(id.encode()).matches("[A-Za-z0-9_-]{20,40}");
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
}
