package penstock.redis.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import penstock.Patience;
import penstock.redis.RedisConversation;

class EmbeddedRedisTest {

  @TempDir Path directory;

  @AfterEach
  void endServer() throws IOException {
    // The server of this JVM would outlive the test and its directory.
    Path pidFile = DataDirectory.pidFile(directory);
    if (Files.exists(pidFile)) {
      ProcessHandle.of(pid())
          .ifPresent(
              server -> {
                server.destroy();
                server.onExit().join();
              });
    }
  }

  @Test
  void isKeptByTheJvmThatStartedIt() throws IOException {
    int port = EmbeddedRedis.start(directory, System.getenv("PATH"));
    assertThat(port).isNotEqualTo(6379);
    assertThat(EmbeddedRedis.start(directory, System.getenv("PATH"))).isEqualTo(port);
  }

  @Test
  void aPortOfAServerIsNoneThatAConnectionIsGiven() throws IOException {
    for (int each = 0; each < 1_000; each++) {
      assertThat(ServerProcess.freePort()).isBetween(1_024, 32_767);
    }
  }

  @Test
  void usesTheBundledServerWhereThePathHasNone() throws IOException {
    int port = EmbeddedRedis.start(directory, "");
    try (var redis = new RedisConversation(port)) {
      assertThat((String) redis.ask("INFO", "server")).contains("redis_version:6.2.");
    }
    assertThat(directory).isDirectoryContaining("glob:**/redis-server-????????????????");
  }

  @Test
  void refusesADirectoryThatAnotherProcessUses() throws Exception {
    Process other = EmbeddedParent.start(directory);
    try {
      port(other);
      assertThatThrownBy(() -> EmbeddedRedis.start(directory, System.getenv("PATH")))
          .hasMessageContaining("in use by another process")
          .hasMessageContaining("penstock.redis.embedded.directory")
          .hasMessageContaining("QUARKUS_REDIS_HOSTS");
    } finally {
      ProcessHandle server = ProcessHandle.of(pid()).orElseThrow();
      other.destroyForcibly();
      server.onExit().get(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS);
    }
  }

  @Test
  void endsWithAParentThatIsKilledAndKeepsItsData() throws Exception {
    Process parent = EmbeddedParent.start(directory);
    int port = port(parent);
    ProcessHandle server = ProcessHandle.of(pid()).orElseThrow();
    try (var redis = new RedisConversation(port)) {
      redis.ask("SET", "a", "kept");
    }
    parent.destroyForcibly().waitFor();

    // At once, while the old one may still be shutting down.
    int next = EmbeddedRedis.start(directory, System.getenv("PATH"));
    assertThat(server.isAlive()).isFalse();
    try (var redis = new RedisConversation(next)) {
      assertThat(redis.ask("GET", "a")).isEqualTo("kept");
    }
  }

  @Test
  void isStartedAgainAfterItDied() throws Exception {
    EmbeddedRedis.start(directory, System.getenv("PATH"));
    ProcessHandle server = ProcessHandle.of(pid()).orElseThrow();
    server.destroyForcibly();
    server.onExit().get(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS);
    int port = EmbeddedRedis.start(directory, System.getenv("PATH"));
    try (var redis = new RedisConversation(port)) {
      assertThat(redis.ask("PING")).isEqualTo("PONG");
    }
  }

  @Test
  void refusesDataThatTheServerWouldNotRead() throws IOException {
    Files.createDirectories(directory.resolve("appendonlydir"));
    assertThatThrownBy(() -> EmbeddedRedis.start(directory, ""))
        .hasMessageContaining("was written by Redis 7 or newer");
  }

  @Test
  void tellsWhatTheServerSaysWhenItDoesNotStart() throws IOException {
    Files.writeString(directory.resolve("appendonly.aof"), "no such command\r\n");
    assertThatThrownBy(() -> EmbeddedRedis.start(directory, ""))
        .hasMessageContaining("did not start: it ended at once");
  }

  @ParameterizedTest
  @CsvSource({
    "Linux,amd64,redis-server-6.2.6-v5-linux-amd64",
    "Linux,aarch64,redis-server-6.2.7-linux-arm64",
    "Mac OS X,x86_64,redis-server-6.2.6-v5-darwin-amd64",
    "Mac OS X,aarch64,redis-server-6.2.6-v5-darwin-arm64",
    "Linux,riscv64,",
    "Windows 11,amd64,"
  })
  void knowsTheBinaryOfEachSystem(String os, String arch, String name) {
    assertThat(BundledBinary.resource(os, arch).orElse(null)).isEqualTo(name);
    if (name != null) {
      assertThat(getClass().getClassLoader().getResource(name)).isNotNull();
    }
  }

  private long pid() throws IOException {
    return Long.parseLong(Files.readString(DataDirectory.pidFile(directory)).strip());
  }

  private static int port(Process parent) throws IOException {
    BufferedReader out = parent.inputReader();
    for (String line = out.readLine(); line != null; line = out.readLine()) {
      if (line.startsWith("port=")) {
        return Integer.parseInt(line.substring("port=".length()));
      }
    }
    throw new AssertionError("the process ended");
  }
}
