package penstock.redis.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import penstock.Ports;
import penstock.redis.RedisServer;

class HashSlotTest {

  @Test
  void isWhatRedisSays() {
    var random = new Random(15);
    try (var redis =
            RedisServer.start("--cluster-enabled", "yes", "--cluster-port", "" + Ports.free());
        var conversation = redis.open()) {
      for (int i = 0; i < 500; i++) {
        byte[] key = new byte[random.nextInt(40)];
        random.nextBytes(key);
        isSame(conversation, key);
      }
      for (String key :
          List.of(
              "ps:{orders/0}:events",
              "ps:views",
              "ps:{}:events",
              "ps:{",
              "ps:}{a}",
              "ps:{{a}}:b",
              "ps:{a}{b}",
              "")) {
        isSame(conversation, key.getBytes(StandardCharsets.UTF_8));
      }
    }
  }

  private static void isSame(penstock.redis.RedisConversation redis, byte[] key) {
    assertThat((long) HashSlot.of(key)).isEqualTo(redis.ask("CLUSTER", "KEYSLOT", key));
  }
}
