package penstock.security;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

/**
 * An issuer of tokens, with the two addresses that an OpenID Connect provider is discovered by. Its
 * set of keys can be changed, and it can be out of order in several ways.
 */
public final class TestIssuer implements AutoCloseable {

  public static final String AUDIENCE = "penstock-test";

  /** How its set of keys is answered. */
  public enum Mood {
    GOOD,
    /** 500. */
    BROKEN,
    /** Headers, and then nothing. */
    SLOW,
    /** A megabyte of white space before it. */
    HUGE,
    /** A set without keys. */
    EMPTY
  }

  private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();

  private final HttpServer server;
  private final Map<String, KeyPair> keys = new LinkedHashMap<>();
  private final AtomicInteger asked = new AtomicInteger();
  private volatile Mood mood = Mood.GOOD;

  public TestIssuer() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/jwks", this::answerKeys);
    server.createContext(
        "/.well-known/openid-configuration", exchange -> send(exchange, discovery()));
    server.start();
    add("k1");
  }

  public String url() {
    return "http://localhost:" + server.getAddress().getPort();
  }

  public String jwksUrl() {
    return url() + "/jwks";
  }

  /** By hand: the server's threads are of another class loader than the application's JSON. */
  private String discovery() {
    return """
    {"issuer":"%1$s","jwks_uri":"%2$s","authorization_endpoint":"%1$s/auth","token_endpoint":"%1$s/token",
    "subject_types_supported":["public"],"response_types_supported":["code"],
    "id_token_signing_alg_values_supported":["RS256"]}
    """
        .formatted(url(), jwksUrl());
  }

  /** How often its keys were asked for. */
  public int asked() {
    return asked.get();
  }

  public void mood(Mood now) {
    mood = now;
  }

  /** One more key. */
  public synchronized void add(String id) {
    keys.put(id, newKey());
  }

  public synchronized void remove(String id) {
    keys.remove(id);
  }

  public static KeyPair newKey() {
    try {
      var generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(2048);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  public synchronized KeyPair key(String id) {
    return keys.get(id);
  }

  /** A good token of someone. */
  public String token(String subject, JsonObject rights) {
    return token(claims(subject).put("penstock", rights));
  }

  /** Claims that are good for ten minutes. */
  public JsonObject claims(String subject) {
    long now = Instant.now().getEpochSecond();
    return new JsonObject()
        .put("iss", url())
        .put("aud", AUDIENCE)
        .put("sub", subject)
        .put("jti", "t-" + subject + "-" + now)
        .put("iat", now)
        .put("exp", now + 600);
  }

  public String token(JsonObject claims) {
    return sign(
        new JsonObject().put("alg", "RS256").put("typ", "JWT").put("kid", "k1").encode(),
        claims.encode(),
        key("k1").getPrivate());
  }

  /** A token of these two texts, whatever they are, signed by RS256. */
  public static String sign(String header, String payload, PrivateKey key) {
    try {
      String signed = part(header) + "." + part(payload);
      var signature = Signature.getInstance("SHA256withRSA");
      signature.initSign(key);
      signature.update(signed.getBytes(StandardCharsets.US_ASCII));
      return signed + "." + BASE64.encodeToString(signature.sign());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  public static String part(String text) {
    return BASE64.encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  public static JsonObject jwk(String id, RSAPublicKey key) {
    return new JsonObject(jwkText(id, key));
  }

  private static String jwkText(String id, RSAPublicKey key) {
    return """
    {"kty":"RSA","use":"sig","alg":"RS256","kid":"%s","n":"%s","e":"%s"}\
    """
        .formatted(
            id,
            BASE64.encodeToString(unsigned(key.getModulus().toByteArray())),
            BASE64.encodeToString(unsigned(key.getPublicExponent().toByteArray())));
  }

  private static byte[] unsigned(byte[] number) {
    return number[0] == 0 ? java.util.Arrays.copyOfRange(number, 1, number.length) : number;
  }

  public synchronized String jwks() {
    return keys.entrySet().stream()
        .map(one -> jwkText(one.getKey(), (RSAPublicKey) one.getValue().getPublic()))
        .collect(Collectors.joining(",", "{\"keys\":[", "]}"));
  }

  private void answerKeys(HttpExchange exchange) throws IOException {
    asked.incrementAndGet();
    switch (mood) {
      case GOOD -> send(exchange, jwks());
      case BROKEN -> {
        exchange.sendResponseHeaders(500, -1);
        exchange.close();
      }
      case SLOW -> exchange.sendResponseHeaders(200, 0);
      case HUGE -> send(exchange, " ".repeat(1024 * 1024) + jwks());
      case EMPTY -> send(exchange, "{\"keys\":[]}");
    }
  }

  private static void send(HttpExchange exchange, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(200, bytes.length);
    try (var out = exchange.getResponseBody()) {
      out.write(bytes);
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
