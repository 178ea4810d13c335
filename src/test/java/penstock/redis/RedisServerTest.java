package penstock.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static penstock.Patience.await;

import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import penstock.Patience;

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

  /** As a client does that looks for the server and happens to get its port as its own. */
  @Test
  void waitsForItsPortToBeFreeAgain() throws Exception {
    try (var redis = RedisServer.start()) {
      redis.stop();
      var taken = new ServerSocket(redis.port(), 1, InetAddress.getLoopbackAddress());
      var started = CompletableFuture.runAsync(redis::startAgain, Thread::startVirtualThread);
      Path log = redis.directory().resolve("redis.log");
      await()
          .ignoreExceptions()
          .until(() -> Files.readString(log).contains("Address already in use"));
      taken.close();
      started.get(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS);
      assertThat(redis.ask("PING")).isEqualTo("PONG");
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
