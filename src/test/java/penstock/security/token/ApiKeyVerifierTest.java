package penstock.security.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import penstock.security.AuthConfig;
import penstock.security.identity.Caller;
import penstock.security.identity.Right;

class ApiKeyVerifierTest {

  private static final String KEY = "pk_0123456789abcdef0123456789abcdef";
  private static final String OTHER = "pk_fedcba9876543210fedcba9876543210";

  @TempDir Path directory;

  private final Vertx vertx = Vertx.vertx();
  private final AtomicInteger changes = new AtomicInteger();

  @AfterEach
  void end() {
    vertx.close();
  }

  private record Keys(Path path) implements AuthConfig.ApiKeys {

    @Override
    public Optional<String> file() {
      return Optional.of(path.toString());
    }

    @Override
    public Duration reload() {
      return Duration.ofMillis(20);
    }
  }

  private static String line(String name, String key, String rights) {
    return name + ":" + HexFormat.of().formatHex(TokenDigest.bytes(key)) + ":" + rights + "\n";
  }

  /** In one step, as secrets are mounted: half a file would be read as the keys that it has. */
  private Path file(String text) throws IOException {
    Path whole = Files.writeString(directory.resolve("keys.new"), text);
    return Files.move(whole, directory.resolve("keys"), StandardCopyOption.ATOMIC_MOVE);
  }

  private ApiKeyVerifier verifier(Path file) {
    return new ApiKeyVerifier(
        vertx,
        new Keys(file),
        new CallerFactory(
            "penstock", "groups", Map.of("writer", "{\"publish\":[\"orders\"]}"), null, true),
        changes::incrementAndGet);
  }

  @Test
  void aKeyIsItsOwners() throws IOException {
    ApiKeyVerifier verifier =
        verifier(
            file(
                "# keys\n\n"
                    + line("billing", KEY, "writer")
                    + line("ops", OTHER, "{\"read\":[\"${sub}-*\"]}")));
    Caller billing = verifier.verify(KEY).result();
    assertThat(billing.subject()).isEqualTo("billing");
    assertThat(billing.type()).hasToString("api_key");
    assertThat(billing.rights().has(Right.PUBLISH, "orders")).isTrue();
    assertThat(billing.rights().has(Right.READ, "orders")).isFalse();
    assertThat(verifier.verify(OTHER).result().rights().has(Right.READ, "ops-1")).isTrue();
    for (String wrong : Set.of(KEY + "x", KEY.toUpperCase(java.util.Locale.ROOT), "short", "")) {
      Future<Caller> refused = verifier.verify(wrong);
      assertThat(refused.failed()).isTrue();
      assertThat(refused.cause()).hasMessageStartingWith("invalid-token");
    }
  }

  @Test
  void aFileThatChangesIsReadAnewAndOneThatIsBrokenIsNot() throws IOException {
    Path file = file(line("billing", KEY, "writer"));
    ApiKeyVerifier verifier = verifier(file);
    file(line("billing", OTHER, "writer"));
    await().until(() -> verifier.verify(OTHER).succeeded());
    assertThat(verifier.verify(KEY).failed()).isTrue();
    assertThat(changes).hasValue(1);
    file("nonsense");
    Files.delete(file);
    assertThat(verifier.verify(OTHER).succeeded()).isTrue();
    file(line("billing", KEY, "writer"));
    await().until(() -> verifier.verify(KEY).succeeded());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "billing",
        "billing:abc:writer",
        "a b:%s:writer",
        "billing:%s:unknown",
        "billing:%s:{\"root\":[]}"
      })
  void aLineThatIsNoneIsNamedButNotShown(String line) throws IOException {
    Path file =
        file("# first\n" + line.formatted(HexFormat.of().formatHex(TokenDigest.bytes(KEY))));
    assertThatThrownBy(() -> verifier(file))
        .hasMessageContaining("line 2")
        .hasMessageContaining("penstock.auth.api-keys.file")
        .message()
        .doesNotContain(HexFormat.of().formatHex(TokenDigest.bytes(KEY)));
  }
}
