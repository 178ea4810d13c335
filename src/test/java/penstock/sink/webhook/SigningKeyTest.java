package penstock.sink.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The signatures are those that the reference libraries of Standard Webhooks are tested with. */
class SigningKeyTest {

  private static final String SHARED = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  private static final String SHARED_SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
  private static final String PRIVATE = "whsk_VEVTVFNJR05JTkdLRVlET05PVFVTRVRISVNGT1JBTlk=";
  private static final String PRIVATE_SIGNATURE =
      "v1a,tQ9V2XOqn7jL/DQenEFpqIugdBVtiMmER5mhSkXBNwM0mkATuDe6KYYUuxqtaiHeYGb7KaaBRdM5WqyeFiL8Ag==";

  private final MultiMap headers = MultiMap.caseInsensitiveMultiMap();

  private void sign(String... keys) {
    new WebhookSignature(List.of(keys).stream().map(SigningKey::parse).toList())
        .sign(
            headers,
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            Instant.ofEpochSecond(1_614_265_330),
            Buffer.buffer("{\"test\": 2432232314}"));
  }

  @Test
  void hmacIsThatOfTheReference() {
    sign(SHARED);

    assertThat(headers.get("webhook-id")).isEqualTo("msg_p5jXN8AQM9LWM0D4loKWxJek");
    assertThat(headers.get("webhook-timestamp")).isEqualTo("1614265330");
    assertThat(headers.get("webhook-signature")).isEqualTo(SHARED_SIGNATURE);
  }

  @Test
  void ed25519IsThatOfTheReference() {
    sign(PRIVATE);

    assertThat(headers.get("webhook-signature")).isEqualTo(PRIVATE_SIGNATURE);
  }

  @Test
  void allKeysSign() {
    sign(SHARED, PRIVATE);

    assertThat(headers.get("webhook-signature"))
        .isEqualTo(SHARED_SIGNATURE + " " + PRIVATE_SIGNATURE);
  }

  @Test
  void withoutKeysTheRequestIsStillRecognised() {
    sign();

    assertThat(headers.names()).containsExactlyInAnyOrder("webhook-id", "webhook-timestamp");
  }

  /** As other software writes them: the seed with the public key behind it. */
  @Test
  void theSeedIsWhatCounts() {
    sign(
        "whsk_VEVTVFNJR05JTkdLRVlET05PVFVTRVRISVNGT1JBTlkAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==");

    assertThat(headers.get("webhook-signature")).isEqualTo(PRIVATE_SIGNATURE);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw | must begin with whsec_",
        "'' | must begin with whsec_",
        "whpk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw | must begin with whsec_",
        "whsec_ | must have 24 to 64 bytes",
        "whsec_c2hvcnQ= | must have 24 to 64 bytes",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaL!Sw | must be base64",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaL Sw | must be base64",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwQQ=== | must be base64",
        "whsk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw | must have 32 bytes"
      })
  void whatIsNoKeyIsRefusedAndNotShown(String text, String rule) {
    assertThatThrownBy(() -> SigningKey.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(rule)
        .satisfies(
            refused ->
                assertThat(refused.toString())
                    .doesNotContain("MfKQ9r8G")
                    .doesNotContain("c2hvcnQ"));
  }

  @Test
  void theLongestSecretIsTaken() {
    assertThat(SigningKey.parse("whsec_" + "A".repeat(84) + "AA==")).isNotNull();
    assertThatThrownBy(() -> SigningKey.parse("whsec_" + "A".repeat(88)))
        .hasMessageContaining("one has 66");
  }

  @Test
  void neverShowsItself() {
    assertThat(new WebhookSignature(List.of(SigningKey.parse(SHARED))).toString())
        .doesNotContain("MfKQ")
        .doesNotContain("SecretKeySpec");
  }
}
