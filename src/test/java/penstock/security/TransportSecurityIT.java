package penstock.security;

import static org.assertj.core.api.Assertions.assertThat;
import static penstock.Patience.await;

import io.restassured.RestAssured;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import penstock.Certificate;
import penstock.PackagedService;
import penstock.redis.RedisServer;
import penstock.redis.embedded.ServerProcess;

/** TLS of the packaged service, to its callers and to its Redis, by configuration alone. */
class TransportSecurityIT {

  private static final Pattern TLS_PORT = Pattern.compile("https://[^:]+:(\\d+)");

  @TempDir Path directory;

  /** Whoever calls takes any certificate, and looks at it. */
  private static final class Witness implements X509TrustManager {

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }

  @Test
  void aCertificateThatWasReplacedIsShown() throws Exception {
    Certificate first = Certificate.of("first.example", directory.resolve("server.p12"));
    try (var redis = RedisServer.start();
        var service =
            PackagedService.start(
                directory,
                Map.of(
                    "quarkus.redis.hosts",
                    redis.uri(),
                    "quarkus.http.ssl-port",
                    "0",
                    "quarkus.tls.key-store.p12.path",
                    first.store().toString(),
                    "quarkus.tls.key-store.p12.password",
                    Certificate.PASSWORD,
                    // The least that is taken.
                    "quarkus.tls.reload-period",
                    "30s"))) {
      service.awaitReady();
      int port = tlsPort(service);
      assertThat(shown(port)).isEqualTo("CN=first.example");
      assertThat(answer(port, "GET /streams HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
          .startsWith("HTTP/1.1 200 ")
          .contains("X-Content-Type-Options: nosniff");
      // At times the first request comes together with the end of the handshake.
      for (int i = 0; i < 50; i++) {
        assertThat(answer(port, "nonsense\r\n\r\n"))
            .startsWith("HTTP/1.1 400 ")
            .contains("malformed-request");
      }

      Certificate.of("second.example", first.store());
      // Who connects while it is read anew may have to do so again.
      await().ignoreExceptions().until(() -> shown(port).equals("CN=second.example"));
    }
  }

  private static int tlsPort(PackagedService service) {
    return service.log().stream()
        .map(TLS_PORT::matcher)
        .filter(Matcher::find)
        .map(found -> Integer.parseInt(found.group(1)))
        .findFirst()
        .orElseThrow();
  }

  private static SSLSocket connect(int port) throws IOException, GeneralSecurityException {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, new TrustManager[] {new Witness()}, null);
    return (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", port);
  }

  private static String shown(int port) throws IOException, GeneralSecurityException {
    try (SSLSocket socket = connect(port)) {
      socket.startHandshake();
      return socket.getSession().getPeerPrincipal().getName();
    }
  }

  private static String answer(int port, String request)
      throws IOException, GeneralSecurityException {
    try (Socket socket = connect(port)) {
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /** The server is the same, and is trusted, but for the name that its certificate has. */
  @Test
  void aRedisOfAnotherNameIsNotSpokenTo() throws Exception {
    int port = ServerProcess.freePort();
    Certificate other = Certificate.of("other.example", directory.resolve("other.p12"));
    try (var redis = startWithTls(port, other)) {
      assertThat(redis.ask("PING")).isEqualTo("PONG");
      try (var service = PackagedService.start(directory, settings(port, other))) {
        await()
            .until(
                () ->
                    service.log().stream()
                        .anyMatch(line -> line.contains("Failed to create SSL connection")));
        assertThat(RestAssured.get(service.uri() + "/q/health/ready").statusCode()).isEqualTo(503);
      }
      Map<String, String> careless = settings(port, other);
      careless.put("quarkus.redis.tls.hostname-verification-algorithm", "NONE");
      try (var service = PackagedService.start(directory, careless)) {
        service.awaitReady();
      }
    }
  }

  @Test
  void aRedisOfItsNameIs() throws Exception {
    int port = ServerProcess.freePort();
    Certificate own = Certificate.of("localhost", directory.resolve("own.p12"));
    try (var redis = startWithTls(port, own);
        var service = PackagedService.start(directory, settings(port, own))) {
      service.awaitReady();
      assertThat(redis.ask("PING")).isEqualTo("PONG");
    }
  }

  private static RedisServer startWithTls(int port, Certificate certificate)
      throws IOException, GeneralSecurityException {
    return RedisServer.start(
        "--tls-port",
        Integer.toString(port),
        "--tls-cert-file",
        certificate.pem().toString(),
        "--tls-key-file",
        certificate.key().toString(),
        "--tls-ca-cert-file",
        certificate.pem().toString(),
        "--tls-auth-clients",
        "no");
  }

  private static Map<String, String> settings(int port, Certificate trusted)
      throws IOException, GeneralSecurityException {
    var settings = new HashMap<String, String>();
    settings.put("quarkus.redis.hosts", "rediss://localhost:" + port);
    settings.put("quarkus.redis.tls.trust-certificate-pem", "true");
    settings.put("quarkus.redis.tls.trust-certificate-pem.certs", trusted.pem().toString());
    return settings;
  }
}
