package penstock.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import penstock.redis.RedisServer;

/** What the checkers rely on: nothing is lost but what a fault says. */
class RedisFaultsTest {

  /** It has another's data in memory before it has them in its file. */
  @Test
  void whatAServerIsToldAfterARollbackOutlivesItsEnd() throws Exception {
    try (RedisServer server = Cluster.newRedis();
        RedisServer other = Cluster.newRedis()) {
      RedisFaults.become(server, other);
      server.ask("SET", "told", "after");
      server.kill();
      server.startAgain();
      assertThat(server.ask("GET", "told")).isEqualTo("after");
    }
  }
}
