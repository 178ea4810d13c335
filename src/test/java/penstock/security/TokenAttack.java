package penstock.security;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.util.Base64;
import java.util.function.Function;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** What attackers send for tokens, in whichever way the service verifies them: a row for each. */
enum TokenAttack {
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
      issuer -> TestIssuer.sign(header().encode(), good(issuer).encode(), other().getPrivate())),
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
                  .put("jwk", TestIssuer.jwk("k1", (RSAPublicKey) other().getPublic()))
                  .encode(),
              good(issuer).encode(),
              other().getPrivate())),
  EMBEDDED_JWK_OF_THE_ISSUER(
      issuer ->
          signed(
              issuer,
              header()
                  .put("jwk", TestIssuer.jwk("k1", (RSAPublicKey) issuer.key("k1").getPublic())),
              good(issuer))),
  JKU(issuer -> signed(issuer, header().put("jku", "https://evil.example/jwks"), good(issuer))),
  JKU_OF_THE_ISSUER(issuer -> signed(issuer, header().put("jku", issuer.jwksUrl()), good(issuer))),
  X5U(issuer -> signed(issuer, header().put("x5u", "https://evil.example/c"), good(issuer))),
  X5C(issuer -> signed(issuer, header().put("x5c", new JsonArray().add("MII=")), good(issuer))),
  CRITICAL(issuer -> signed(issuer, header().put("crit", new JsonArray().add("x")), good(issuer))),
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
  DUPLICATE_CLAIMS(issuer -> claiming(issuer, "\"sub\":\"admin\"")),
  DUPLICATE_CLAIMS_OF_WHICH_ONE_IS_ESCAPED(issuer -> claiming(issuer, "\"\\u0073ub\":\"admin\"")),
  DUPLICATE_EXPIRY(issuer -> claiming(issuer, "\"exp\":99999999999")),
  DUPLICATE_RIGHTS(issuer -> claiming(issuer, "\"penstock\":{\"admin\":[\"*\"]}")),
  DUPLICATES_WITHIN_RIGHTS(
      issuer -> withRights(issuer, "{\"read\":[\"orders\"],\"read\":[\"*\"]}")),
  DUPLICATES_WITHIN_A_GRANT(
      issuer -> withRights(issuer, "{\"read\":[{\"stream\":\"orders\",\"stream\":\"*\"}]}")),
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
                  .replaceFirst("\\{", "{\"deep\":" + nested("[", "]", 10_000) + ","),
              issuer.key("k1").getPrivate())),
  NESTED_DEEP_AND_NEVER_CLOSED(
      issuer ->
          TestIssuer.sign(
              header().encode(), "{\"deep\":" + "[".repeat(10_000), issuer.key("k1").getPrivate())),
  RIGHTS_NESTED_DEEP(issuer -> withRights(issuer, nested("[", "]", 10_000))),
  RIGHTS_NESTED_DEEP_IN_A_GRANT(
      issuer -> withRights(issuer, "{\"read\":" + nested("[", "]", 10_000) + "}")),
  RIGHTS_NESTED_DEEP_IN_A_CONDITION(
      issuer ->
          withRights(
              issuer,
              "{\"read\":[{\"stream\":\"*\",\"subject\":" + nested("[", "]", 10_000) + "}]}")),
  ROLES_NESTED_DEEP(issuer -> claiming(issuer, "\"groups\":" + nested("[", "]", 10_000))),
  HEADER_NESTED_10_000_DEEP(
      issuer ->
          TestIssuer.sign(
              "{\"alg\":\"RS256\",\"kid\":\"k1\",\"x\":" + nested("[", "]", 10_000) + "}",
              good(issuer).encode(),
              issuer.key("k1").getPrivate())),
  HEADER_NESTED_DEEP(
      issuer ->
          TestIssuer.sign(
              "{\"alg\":\"RS256\",\"kid\":\"k1\",\"x\":" + "[".repeat(300) + "]".repeat(300) + "}",
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
          issuer.token(good(issuer).put("penstock", all().put("root", new JsonArray().add("*")))));

  private final Function<TestIssuer, String> token;

  TokenAttack(Function<TestIssuer, String> token) {
    this.token = token;
  }

  String token(TestIssuer issuer) {
    return token.apply(issuer);
  }

  private static final KeyPair OTHER = TestIssuer.newKey();

  private static KeyPair other() {
    return OTHER;
  }

  private static JsonObject header() {
    return new JsonObject().put("alg", "RS256").put("typ", "JWT").put("kid", "k1");
  }

  /** Claims of a token that would be good. */
  static JsonObject good(TestIssuer issuer) {
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

  /** A token of the issuer, with a text as the first members of its claims. */
  private static String claiming(TestIssuer issuer, String members) {
    return TestIssuer.sign(
        header().encode(),
        "{" + members + "," + good(issuer).encode().substring(1),
        issuer.key("k1").getPrivate());
  }

  /** As its rights a text. */
  private static String withRights(TestIssuer issuer, String rights) {
    String claims = issuer.claims("mallory").encode();
    return TestIssuer.sign(
        header().encode(),
        "{\"penstock\":" + rights + "," + claims.substring(1),
        issuer.key("k1").getPrivate());
  }

  private static String nested(String open, String close, int deep) {
    return open.repeat(deep) + close.repeat(deep);
  }
}
