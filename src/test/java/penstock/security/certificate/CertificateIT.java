package penstock.security.certificate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import penstock.Certificate;
import penstock.PackagedService;
import penstock.redis.RedisServer;

/** Callers whom the packaged service knows by their certificates. */
class CertificateIT {

  private static final Pattern TLS_PORT = Pattern.compile("https://[^:]+:(\\d+)");
  private static final String EVENT =
      """
      {"specversion":"1.0","type":"t","source":"/s","id":"%s","data":{}}""";

  @TempDir Path directory;

  private Certificate server;
  private Certificate billing;
  private Certificate guest;
  private RedisServer redis;
  private PackagedService service;

  @BeforeEach
  void start() throws Exception {
    server = Certificate.of("localhost", directory.resolve("server.p12"));
    billing = client("billing");
    guest = client("guest");
    redis = RedisServer.start();
    service = PackagedService.start(directory, settings());
    service.awaitReady();
  }

  @AfterEach
  void stop() {
    service.close();
    redis.close();
  }

  private Certificate client(String name) throws IOException {
    return Certificate.of(
        "CN=" + name, "SAN=uri:spiffe://example/" + name, directory.resolve(name + ".p12"));
  }

  private Map<String, String> settings() {
    var settings = new HashMap<String, String>();
    settings.put("quarkus.redis.hosts", redis.uri());
    settings.put("quarkus.http.ssl-port", "0");
    settings.put("quarkus.tls.key-store.p12.path", server.store().toString());
    settings.put("quarkus.tls.key-store.p12.password", Certificate.PASSWORD);
    settings.put(
        "quarkus.tls.trust-store.p12.path",
        Certificate.trustStore(directory.resolve("clients.p12"), billing, guest).toString());
    settings.put("quarkus.tls.trust-store.p12.password", Certificate.PASSWORD);
    settings.put("penstock.auth.mode", "certificate");
    settings.put("penstock.auth.certificates.name", "uri");
    settings.put("penstock.auth.certificates.roles.clerk", "spiffe://example/bil*");
    settings.put("penstock.auth.roles.clerk", "{\"publish\":[\"orders\"],\"read\":[\"orders\"]}");
    settings.put("penstock.streams.orders.partitions", "1");
    settings.put("penstock.streams.other.partitions", "1");
    return settings;
  }

  private HttpResponse<String> post(@Nullable Certificate by, String stream, String... headers)
      throws Exception {
    var request =
        HttpRequest.newBuilder(uri("/streams/" + stream + "/events"))
            .header("Content-Type", "application/cloudevents+json")
            .POST(HttpRequest.BodyPublishers.ofString(EVENT.formatted("1")));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return send(by, request.build());
  }

  private URI uri(String path) {
    String port =
        service.log().stream()
            .map(TLS_PORT::matcher)
            .filter(Matcher::find)
            .map(found -> found.group(1))
            .findFirst()
            .orElseThrow();
    return URI.create("https://localhost:" + port + path);
  }

  private HttpResponse<String> send(@Nullable Certificate by, HttpRequest request)
      throws Exception {
    try (HttpClient client = HttpClient.newBuilder().sslContext(context(by)).build()) {
      return client.send(request, HttpResponse.BodyHandlers.ofString());
    }
  }

  private SSLContext context(@Nullable Certificate by)
      throws IOException, GeneralSecurityException {
    if (by != null) {
      return by.context(server);
    }
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, server.trusting(), null);
    return context;
  }

  @Test
  void oneIsKnownByTheNameThatCounts() throws Exception {
    assertThat(post(billing, "orders").statusCode()).isEqualTo(201);
    HttpResponse<String> page =
        send(billing, HttpRequest.newBuilder(uri("/streams/orders/events")).build());
    assertThat(page.statusCode()).isEqualTo(200);
    assertThat(new JsonArray(new JsonObject(page.body()).getValue("events").toString()).encode())
        .contains("\"authid\":\"spiffe://example/billing\"");

    assertThat(post(billing, "other").statusCode()).isEqualTo(403);
    assertThat(post(guest, "orders").statusCode()).isEqualTo(403);
    assertThat(post(null, "orders").statusCode()).isEqualTo(401);
    assertThat(send(null, HttpRequest.newBuilder(uri("/q/health/ready")).build()).statusCode())
        .isEqualTo(200);
    // A token says more than a certificate does, and is no good here.
    assertThat(post(billing, "orders", "Authorization", "Bearer x".repeat(5)).statusCode())
        .isEqualTo(401);
  }

  /** Those of two organisations, and one of none. */
  @Test
  void aPartOfItsSubjectIsTheTenant() throws Exception {
    service.close();
    Certificate acme = member("CN=a,O=Acme_1");
    Certificate globex = member("CN=g,O=globex");
    Certificate nobody = member("CN=n");
    Certificate both = member("CN=b,O=Acme_1,O=globex");
    Certificate wrong = member("CN=w,O=Acme Limited");
    Map<String, String> settings = settings();
    settings.put(
        "quarkus.tls.trust-store.p12.path",
        Certificate.trustStore(
                directory.resolve("members.p12"), acme, globex, nobody, both, wrong, guest)
            .toString());
    settings.put("penstock.auth.certificates.tenant", "organization");
    settings.put("penstock.auth.certificates.roles.clerk", "spiffe://example/member");
    settings.put("penstock.auth.certificates.roles.operator", "spiffe://example/guest");
    settings.put(
        "penstock.auth.roles.clerk",
        "{\"publish\":[\"orders\"],\"read\":[\"orders\"],\"presence\":[\"of-\\${tenant}\"]}");
    settings.put("penstock.auth.roles.operator", "{\"admin\":[\"*\"],\"read\":[\"*\"]}");
    service = PackagedService.start(directory, settings);
    service.awaitReady();

    assertThat(post(acme, "orders").statusCode()).isEqualTo(201);
    assertThat(page(acme, "orders")).contains("\"id\":\"1\"");
    assertThat(page(globex, "orders")).doesNotContain("\"id\":\"1\"").contains("\"events\":[]");
    assertThat(page(guest, "Acme_1~orders")).contains("\"id\":\"1\"");
    assertThat(page(guest, "orders")).contains("\"events\":[]");
    assertThat(send(acme, get("/presence/of-Acme_1")).statusCode()).isEqualTo(200);
    assertThat(send(globex, get("/presence/of-Acme_1")).statusCode()).isEqualTo(403);
    for (Certificate refused : List.of(nobody, both, wrong)) {
      HttpResponse<String> answer = post(refused, "orders");
      assertThat(answer.statusCode()).isEqualTo(401);
      assertThat(answer.body()).contains("tenant").doesNotContain("Acme", "globex");
    }
  }

  private Certificate member(String subject) throws IOException {
    return Certificate.of(
        subject,
        "SAN=uri:spiffe://example/member",
        directory.resolve(Integer.toHexString(subject.hashCode()) + ".p12"));
  }

  private HttpRequest get(String path) {
    return HttpRequest.newBuilder(uri(path)).build();
  }

  private String page(Certificate by, String stream) throws Exception {
    HttpResponse<String> answer = send(by, get("/streams/" + stream + "/events"));
    assertThat(answer.statusCode()).isEqualTo(200);
    return answer.body();
  }

  /** A browser sends certificates along for whatever page asks it to. */
  @Test
  void aPageOfAnotherOriginDoesNotActForItsVisitor() throws Exception {
    String own = uri("").toString();
    assertThat(post(billing, "orders", "Origin", own).statusCode()).isEqualTo(201);
    assertThat(post(billing, "orders", "Origin", "https://evil.example").statusCode())
        .isEqualTo(403);
    assertThat(post(billing, "orders", "Sec-Fetch-Site", "cross-site").statusCode()).isEqualTo(403);
  }

  @Test
  void oneThatNobodyVouchesForIsNotSpokenTo() throws Exception {
    Certificate forged =
        Certificate.of(
            "CN=billing", "SAN=uri:spiffe://example/billing", directory.resolve("forged.p12"));
    assertThatThrownBy(() -> post(forged, "orders")).isInstanceOf(IOException.class);
  }
}
