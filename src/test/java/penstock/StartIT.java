package penstock;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import penstock.redis.RedisConversation;
import penstock.redis.RedisServer;

/** How the packaged service starts and ends, and when it refuses to start. */
class StartIT {

  private static final Pattern EMBEDDED =
      Pattern.compile("redis embedded: started port=(\\d+) pid=(\\d+)");

  @TempDir Path directory;

  @Test
  @DisabledIf(
      value = "penstock.PackagedApplication#isNative",
      disabledReason = "a native executable has no embedded Redis")
  void runsOnTheEmbeddedRedisWhichEndsWithItAndKeepsTheData() throws Exception {
    try (var service = PackagedService.start(directory, Map.of())) {
      service.awaitReady();
      try (var redis = new RedisConversation(Integer.parseInt(embedded(service, 1)))) {
        redis.ask("SET", "a", "kept");
      }
      ProcessHandle server = ProcessHandle.of(Long.parseLong(embedded(service, 2))).orElseThrow();
      service.kill();
      server.onExit().get(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS);

      service.startAgain();
      service.awaitReady();
      try (var redis = new RedisConversation(Integer.parseInt(embedded(service, 1)))) {
        assertThat(redis.ask("GET", "a")).isEqualTo("kept");
      }
      server = ProcessHandle.of(Long.parseLong(embedded(service, 2))).orElseThrow();
      assertThat(service.stop()).isEqualTo(143);
      server.onExit().get(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS);
      assertThat(service.log()).last().asString().contains("penstock stopped in");
    }
  }

  @Test
  void usesTheRedisThatIsConfiguredAndHidesItsPassword() throws IOException {
    try (var redis = RedisServer.start()) {
      redis.ask("CONFIG", "SET", "requirepass", "secret-word");
      String hosts = "redis://:secret-word@127.0.0.1:" + redis.port();
      try (var service = PackagedService.start(directory, Map.of("quarkus.redis.hosts", hosts))) {
        service.awaitReady();
        assertThat(service.log())
            .anyMatch(
                line -> line.contains("redis configured: hosts=redis://127.0.0.1:" + redis.port()))
            .noneMatch(line -> line.contains("secret-word"))
            .noneMatch(line -> line.contains("redis embedded"));
        assertThat(Files.exists(directory.resolve(".penstock"))).isFalse();
      }
    }
  }

  @Test
  void listensOnLoopbackUnlessTold() {
    try (var redis = RedisServer.start()) {
      try (var service =
          PackagedService.start(directory, Map.of("quarkus.redis.hosts", redis.uri()))) {
        assertThat(service.log())
            .anyMatch(line -> line.contains("Listening on: http://127.0.0.1:"));
      }
      try (var service =
          PackagedService.start(
              directory,
              Map.of("quarkus.redis.hosts", redis.uri(), "penstock.auth.mode", "none"))) {
        assertThat(service.log()).anyMatch(line -> line.contains("Listening on: http://0.0.0.0:"));
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "penstock.redis.embedded=never | QUARKUS_REDIS_HOSTS",
        "quarkus.http.host=0.0.0.0 | penstock.auth.mode",
        "penstock.auth.mode=jwt | mp.jwt.verify.publickey.location",
        "penstock.auth.mode=api-key | penstock.auth.api-keys.file",
        "penstock.auth.mode=oidc | quarkus.oidc.auth-server-url",
        "penstock.auth.roles.r={\"root\":[]} | penstock.auth.roles.r",
        "penstock.auth.mode=certificate | penstock.auth.certificates.name",
        "penstock.auth.certificates.roles.r=x | penstock.auth.certificates.roles",
        "penstock.auth.mode=maybe | penstock.auth.mode",
        "quarkus.redis.client-type=sentinel | quarkus.redis.client-type",
        "quarkus.redis.client-type=cluster | quarkus.redis.client-type",
        "quarkus.redis.client-type=replication | quarkus.redis.client-type",
        "penstock.redis.max-pending=4096 | quarkus.redis.max-waiting-handlers",
        "penstock.redis.max-pending=1 | penstock.redis.max-pending",
        "penstock.redis.prefix=a{b | penstock.redis.prefix",
        "quarkus.http.limits.max-header-size=8K | quarkus.http.limits.max-header-size",
        "quarkus.http.limits.max-initial-line-length=4096 |"
            + " quarkus.http.limits.max-initial-line-length"
      })
  void refusesWhatMakesNoSense(String setting, String named) {
    String[] property = setting.split("=", 2);
    try (var service = PackagedService.launch(directory, Map.of(property[0], property[1]))) {
      assertThat(service.exitCode()).isNotZero();
      assertThat(String.join("\n", service.log())).contains(named).doesNotContain("Listening on");
      assertThat(service.log()).noneMatch(line -> line.startsWith("\tat "));
    }
  }

  /** Its connections to Redis are being opened by then, and end in the middle of that. */
  @Test
  void saysNothingButWhatMakesNoSenseThoughItsRedisIsThere() {
    try (var redis = RedisServer.start();
        var service =
            PackagedService.launch(
                directory,
                Map.of(
                    "quarkus.redis.hosts", redis.uri(),
                    "penstock.views.v.stream", "none",
                    "penstock.views.v.fold", "count",
                    "penstock.views.v.key", "type"))) {
      assertThat(service.exitCode()).isNotZero();
      assertThat(service.log())
          .anyMatch(line -> line.contains("there is no stream 'none'"))
          .noneMatch(line -> line.contains(" ERROR ") || line.startsWith("\tat "));
    }
  }

  @Test
  void saysWhatCouldNotBeFollowedTogether() {
    try (var redis = RedisServer.start();
        var service =
            PackagedService.start(
                directory,
                Map.of(
                    "quarkus.redis.hosts", redis.uri(),
                    "quarkus.http.limits.max-header-size", "20K",
                    "penstock.streams.a.partitions", "64",
                    "penstock.streams.b.partitions", "64"))) {
      assertThat(service.log())
          .anyMatch(
              line ->
                  line.contains("some feeds cannot share a connection: longest-id=6041")
                      && line.contains("can-come-back=4096"));
    }
  }

  @Test
  void itsHealthCommandAsksTheInstanceBesideIt() throws Exception {
    try (var redis = RedisServer.start();
        var service =
            PackagedService.start(directory, Map.of("quarkus.redis.hosts", redis.uri()))) {
      service.awaitReady();
      int port = service.port();
      assertThat(health(port)).isZero();
      service.stop();
      assertThat(health(port)).isEqualTo(1);
    }
  }

  private static int health(int port) throws Exception {
    return PackagedApplication.health(Map.of("quarkus.http.port", String.valueOf(port)));
  }

  /** What the last start of the embedded server said. */
  private static String embedded(PackagedService service, int group) {
    String found = "";
    for (String line : service.log()) {
      Matcher matcher = EMBEDDED.matcher(line);
      if (matcher.find()) {
        found = matcher.group(group);
      }
    }
    return found;
  }
}
