package penstock.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import penstock.redis.cluster.HashSlot;

class KeysTest {

  private static final Keys KEYS = new Keys("ps", true);

  /** Redis would refuse each script otherwise. */
  @Test
  void whatNeverExistsIsInTheSlotOfTheOthers() {
    for (String key :
        List.of(
            KEYS.meta(),
            KEYS.views(),
            KEYS.instances(),
            KEYS.works(),
            KEYS.deadlines(),
            KEYS.tenantRate("acme"),
            KEYS.auth().ticket("digest"),
            KEYS.partition("orders", 7).events(),
            new Keys("ps").instances())) {
      assertThat(slot(Keys.absent(key))).as(key).isEqualTo(slot(key));
      assertThat(Keys.absent(key)).startsWith("ps:");
    }
  }

  @Test
  void whatIsKnownOfInstancesIsInOneSlotOfACluster() {
    assertThat(slot(KEYS.instances()))
        .isEqualTo(slot(KEYS.works()))
        .isEqualTo(slot(KEYS.messages()));
    assertThat(new Keys("ps").works()).isEqualTo("ps:instances:works");
  }

  private static int slot(String key) {
    return HashSlot.of(key.getBytes(StandardCharsets.UTF_8));
  }
}
