package penstock.security;

import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.not;
import static penstock.Requests.given;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.util.Base64;
import java.util.function.Function;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import penstock.redis.RedisResource;

/** What attackers send for tokens. Each is refused; a good one among them is not. */
@QuarkusTest
@WithTestResource(RedisResource.class)
@WithTestResource(IssuerResource.class)
class TokenAttacksTest {

  private static final KeyPair OTHER = TestIssuer.newKey();

  TestIssuer issuer;

  private static JsonObject header() {
    return new JsonObject().put("alg", "RS256").put("typ", "JWT").put("kid", "k1");
  }

  private static JsonObject good(TestIssuer issuer) {
    return issuer.claims("mallory").put("penstock", all());
  }

  private static JsonObject all() {
    return new JsonObject().put("read", new JsonArray().add("*"));
  }

  private static String signed(TestIssuer issuer, JsonObject header, JsonObject claims) {
    return TestIssuer.sign(header.encode(), claims.encode(), issuer.key("k1").getPrivate());
  }

  private static String shared(TestIssuer issuer, byte[] secret) {
    try {
      String text =
          TestIssuer.part(header().put("alg", "HS256").encode())
              + "."
              + TestIssuer.part(good(issuer).encode());
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret, "HmacSHA256"));
      return text
          + "."
          + Base64.getUrlEncoder()
              .withoutPadding()
              .encodeToString(mac.doFinal(text.getBytes(StandardCharsets.US_ASCII)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String pem(TestIssuer issuer) {
    return "-----BEGIN PUBLIC KEY-----\n"
        + Base64.getMimeEncoder(64, new byte[] {'\n'})
            .encodeToString(issuer.key("k1").getPublic().getEncoded())
        + "\n-----END PUBLIC KEY-----\n";
  }

  private static long now() {
    return Instant.now().getEpochSecond();
  }

  enum Attack {
    NOTHING(issuer -> ""),
    NO_TOKEN(issuer -> "nonsense"),
    DOTS_ONLY(issuer -> ".."),
    NO_SIGNATURE(
        issuer -> {
          String token = issuer.token(good(issuer));
          return token.substring(0, token.lastIndexOf('.') + 1);
        }),
    SIGNATURE_CUT_OFF(issuer -> issuer.token(good(issuer)).replaceAll("\\.[^.]*$", "")),
    SIGNATURE_OF_ZEROS(
        issuer -> issuer.token(good(issuer)).replaceAll("\\.[^.]*$", "." + "A".repeat(342))),
    ALG_NONE(
        issuer ->
            TestIssuer.part("{\"alg\":\"none\"}")
                + "."
                + TestIssuer.part(good(issuer).encode())
                + "."),
    ALG_NONE_WITH_A_SIGNATURE(issuer -> signed(issuer, header().put("alg", "none"), good(issuer))),
    ALG_NONE_IN_CAPITALS(issuer -> signed(issuer, header().put("alg", "NoNe"), good(issuer))),
    ALG_MISSING(
        issuer -> {
          JsonObject header = header();
          header.remove("alg");
          return signed(issuer, header, good(issuer));
        }),
    ALG_NUMBER(issuer -> signed(issuer, header().put("alg", 5), good(issuer))),
    HMAC_WITH_PUBLIC_KEY_DER(issuer -> shared(issuer, issuer.key("k1").getPublic().getEncoded())),
    HMAC_WITH_PUBLIC_KEY_PEM(
        issuer -> shared(issuer, pem(issuer).getBytes(StandardCharsets.US_ASCII))),
    HMAC_WITH_THE_SET_OF_KEYS(
        issuer -> shared(issuer, issuer.jwks().getBytes(StandardCharsets.US_ASCII))),
    ANOTHER_ALGORITHM_OF_THE_KEY(
        issuer -> signed(issuer, header().put("alg", "PS256"), good(issuer))),
    ES256_WITH_AN_RSA_KEY(issuer -> signed(issuer, header().put("alg", "ES256"), good(issuer))),
    OTHER_KEY(
        issuer -> TestIssuer.sign(header().encode(), good(issuer).encode(), OTHER.getPrivate())),
    UNKNOWN_KEY_ID(issuer -> signed(issuer, header().put("kid", "k-none"), good(issuer))),
    KEY_ID_IS_A_PATH(
        issuer -> signed(issuer, header().put("kid", "../../../../dev/null"), good(issuer))),
    KEY_ID_IS_A_URL(
        issuer -> signed(issuer, header().put("kid", "https://evil.example/jwks"), good(issuer))),
    KEY_ID_IS_SQL(issuer -> signed(issuer, header().put("kid", "k1' or '1'='1"), good(issuer))),
    KEY_ID_IS_AN_OBJECT(
        issuer -> signed(issuer, header().put("kid", new JsonObject()), good(issuer))),
    KEY_ID_IS_LONG(issuer -> signed(issuer, header().put("kid", "k".repeat(500)), good(issuer))),
    EMBEDDED_JWK(
        issuer ->
            TestIssuer.sign(
                header()
                    .put("jwk", TestIssuer.jwk("k1", (RSAPublicKey) OTHER.getPublic()))
                    .encode(),
                good(issuer).encode(),
                OTHER.getPrivate())),
    EMBEDDED_JWK_OF_THE_ISSUER(
        issuer ->
            signed(
                issuer,
                header()
                    .put("jwk", TestIssuer.jwk("k1", (RSAPublicKey) issuer.key("k1").getPublic())),
                good(issuer))),
    JKU(issuer -> signed(issuer, header().put("jku", "https://evil.example/jwks"), good(issuer))),
    JKU_OF_THE_ISSUER(
        issuer -> signed(issuer, header().put("jku", issuer.jwksUrl()), good(issuer))),
    X5U(issuer -> signed(issuer, header().put("x5u", "https://evil.example/c"), good(issuer))),
    X5C(issuer -> signed(issuer, header().put("x5c", new JsonArray().add("MII=")), good(issuer))),
    CRITICAL(
        issuer -> signed(issuer, header().put("crit", new JsonArray().add("x")), good(issuer))),
    COMPRESSED(issuer -> signed(issuer, header().put("zip", "DEF"), good(issuer))),
    ENCRYPTED(issuer -> issuer.token(good(issuer)) + ".a.b"),
    EXPIRED(issuer -> issuer.token(good(issuer).put("exp", now() - 3600))),
    NO_EXPIRY(
        issuer -> {
          JsonObject claims = good(issuer);
          claims.remove("exp");
          return issuer.token(claims);
        }),
    EXPIRY_IS_TEXT(issuer -> issuer.token(good(issuer).put("exp", "tomorrow"))),
    NOT_YET_VALID(issuer -> issuer.token(good(issuer).put("nbf", now() + 3600))),
    OTHER_ISSUER(issuer -> issuer.token(good(issuer).put("iss", "https://evil.example"))),
    NO_ISSUER(
        issuer -> {
          JsonObject claims = good(issuer);
          claims.remove("iss");
          return issuer.token(claims);
        }),
    OTHER_AUDIENCE(issuer -> issuer.token(good(issuer).put("aud", "another-service"))),
    NO_AUDIENCE(
        issuer -> {
          JsonObject claims = good(issuer);
          claims.remove("aud");
          return issuer.token(claims);
        }),
    NO_SUBJECT(
        issuer -> {
          JsonObject claims = good(issuer);
          claims.remove("sub");
          return issuer.token(claims);
        }),
    LONG_SUBJECT(issuer -> issuer.token(good(issuer).put("sub", "s".repeat(1_000)))),
    HUGE_TOKEN(issuer -> issuer.token(good(issuer).put("more", "x".repeat(60_000)))),
    DUPLICATE_CLAIMS(
        issuer ->
            TestIssuer.sign(
                header().encode(),
                good(issuer).encode().replaceFirst("\\{", "{\"sub\":\"admin\","),
                issuer.key("k1").getPrivate())),
    DUPLICATE_HEADERS(
        issuer ->
            TestIssuer.sign(
                "{\"alg\":\"none\",\"alg\":\"RS256\",\"kid\":\"k1\"}",
                good(issuer).encode(),
                issuer.key("k1").getPrivate())),
    NESTED_DEEP(
        issuer ->
            TestIssuer.sign(
                header().encode(),
                good(issuer)
                    .encode()
                    .replaceFirst(
                        "\\{", "{\"deep\":" + "[".repeat(2_000) + "]".repeat(2_000) + ","),
                issuer.key("k1").getPrivate())),
    HEADER_NESTED_DEEP(
        issuer ->
            TestIssuer.sign(
                "{\"alg\":\"RS256\",\"kid\":\"k1\",\"x\":"
                    + "[".repeat(300)
                    + "]".repeat(300)
                    + "}",
                good(issuer).encode(),
                issuer.key("k1").getPrivate())),
    PAYLOAD_IS_AN_ARRAY(
        issuer -> TestIssuer.sign(header().encode(), "[1]", issuer.key("k1").getPrivate())),
    PAYLOAD_IS_NULL(
        issuer -> TestIssuer.sign(header().encode(), "null", issuer.key("k1").getPrivate())),
    SOMETHING_BEHIND_THE_CLAIMS(
        issuer ->
            TestIssuer.sign(
                header().encode(), good(issuer).encode() + "{}", issuer.key("k1").getPrivate())),
    CHANGED_AFTER_SIGNING(
        issuer -> {
          String[] parts = issuer.token(good(issuer)).split("\\.");
          return parts[0]
              + "."
              + TestIssuer.part(good(issuer).put("sub", "admin").encode())
              + "."
              + parts[2];
        }),
    RIGHTS_THAT_ARE_NONE(issuer -> issuer.token(good(issuer).put("penstock", "everything"))),
    RIGHTS_UNKNOWN(
        issuer ->
            issuer.token(
                good(issuer).put("penstock", all().put("root", new JsonArray().add("*")))));

    private final Function<TestIssuer, String> token;

    Attack(Function<TestIssuer, String> token) {
      this.token = token;
    }
  }

  @ParameterizedTest
  @EnumSource(Attack.class)
  void isRefused(Attack attack) {
    given()
        .header("Authorization", "Bearer " + attack.token.apply(issuer))
        .get("/streams")
        .then()
        .statusCode(401)
        .contentType("application/problem+json")
        .header("WWW-Authenticate", equalTo("Bearer realm=\"penstock\", error=\"invalid_token\""))
        .body("type", equalTo("urn:penstock:problem:invalid-token"))
        .body(not(containsString("mallory")));
  }

  @Test
  void aGoodOneIsNot() {
    given()
        .header("Authorization", "Bearer " + issuer.token(good(issuer)))
        .get("/streams")
        .then()
        .statusCode(200);
    given()
        .header("Authorization", "bearer " + issuer.token(good(issuer)))
        .get("/streams")
        .then()
        .statusCode(200);
  }

  static Stream<String> withoutOne() {
    return Stream.of(
        "/streams", "/no/such/place", "/q/metrics", "/q/openapi", "/q/health/../metrics");
  }

  @ParameterizedTest
  @org.junit.jupiter.params.provider.MethodSource("withoutOne")
  void whoSaysNothingIsAsked(String path) {
    given()
        .urlEncodingEnabled(false)
        .get(path)
        .then()
        .statusCode(401)
        .header("WWW-Authenticate", equalTo("Bearer realm=\"penstock\""))
        .body("type", equalTo("urn:penstock:problem:unauthenticated"));
  }

  @Test
  void otherWaysAreNone() {
    String token = issuer.token(good(issuer));
    given().header("Authorization", "Basic YTpi").get("/streams").then().statusCode(401);
    given()
        .header("Authorization", "Bearer " + token)
        .header("Authorization", "Bearer " + token)
        .get("/streams")
        .then()
        .statusCode(401);
    given().queryParam("access_token", token).get("/streams").then().statusCode(401);
  }

  @Test
  void whatIsOpenIsOpen() {
    given().get("/q/health/live").then().statusCode(200);
    given().get("/").then().statusCode(200);
    given().get("/penstock.js").then().statusCode(200);
    given().header("Authorization", "Bearer old").get("/").then().statusCode(200);
  }
}
