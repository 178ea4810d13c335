package penstock.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.UncheckedIOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class RedisServerTest {

  @Test
  void keepsItsPortAndDataThroughAStop() {
    try (var redis = RedisServer.start()) {
      int port = redis.port();
      redis.ask("RPUSH", "list", "a", "ü");
      redis.restart();
      assertThat(redis.port()).isEqualTo(port);
      assertThat(redis.ask("LRANGE", "list", 0, -1)).isEqualTo(List.of("a", "ü"));
    }
  }

  @Test
  void isGoneAfterAKillAndEmptyIfWanted() {
    try (var redis = RedisServer.start()) {
      redis.ask("SET", "a", 1);
      redis.kill();
      assertThatThrownBy(() -> redis.ask("PING")).isInstanceOf(UncheckedIOException.class);
      redis.restartEmpty();
      assertThat(redis.ask("DBSIZE")).isEqualTo(0L);
    }
  }

  @Test
  void takesFurtherOptions() {
    try (var redis = RedisServer.startBundled("--maxmemory", "10mb")) {
      assertThat(redis.version()).startsWith("6.2");
      assertThat(redis.ask("CONFIG", "GET", "maxmemory"))
          .isEqualTo(List.of("maxmemory", "10485760"));
      assertThat(redis.ask("CONFIG", "GET", "save")).isEqualTo(List.of("save", ""));
    }
  }
}
