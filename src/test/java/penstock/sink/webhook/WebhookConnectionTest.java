package penstock.sink.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static penstock.Patience.await;
import static penstock.sink.webhook.WebhookDefinitions.delivery;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.proxy.ProxyConfiguration;
import io.quarkus.proxy.ProxyConfigurationRegistry;
import io.quarkus.proxy.ProxyType;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.quarkus.tls.TlsConfigurationRegistry;
import io.vertx.core.Vertx;
import jakarta.inject.Inject;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLServerSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import penstock.Certificate;
import penstock.redis.RedisResource;
import penstock.sink.Outcome;
import penstock.sink.SinkTarget;

/** How a webhook gets to its receiver: TLS with the names of the TLS registry, and proxies. */
@QuarkusTest
@WithTestResource(RedisResource.class)
@TestProfile(WebhookConnectionTest.Settings.class)
@Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD)
class WebhookConnectionTest {

  private static final Certificate SERVER = Certificate.of("hooks.example");
  private static final Certificate CLIENT = Certificate.of("penstock.example");

  public static class Settings implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      var settings = new HashMap<String, String>();
      for (String name : List.of("partner", "partner-known")) {
        settings.put(
            "quarkus.tls." + name + ".trust-store.p12.path", SERVER.trustStore().toString());
        settings.put("quarkus.tls." + name + ".trust-store.p12.password", Certificate.PASSWORD);
      }
      settings.put("quarkus.tls.partner-known.key-store.p12.path", CLIENT.store().toString());
      settings.put("quarkus.tls.partner-known.key-store.p12.password", Certificate.PASSWORD);
      return settings;
    }
  }

  @Inject Vertx vertx;
  @Inject TlsConfigurationRegistry certificates;

  private ProxyConfigurationRegistry proxies = name -> Optional.empty();
  private final List<AutoCloseable> open = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable resource : open) {
      resource.close();
    }
  }

  private Receiver receiver(Receiver receiver) {
    open.add(receiver);
    return receiver;
  }

  /** Every name leads to this machine. */
  private Outcome send(String url, String... more) {
    var settings = new ArrayList<String>(List.of("url", url, "allow-private", "true"));
    settings.addAll(List.of(more));
    SinkTarget target =
        new WebhookTargetFactory(
                vertx,
                certificates,
                proxies,
                new SimpleMeterRegistry(),
                host -> new InetAddress[] {InetAddress.getLoopbackAddress()})
            .create(WebhookDefinitions.of(1, settings.toArray(String[]::new)));
    open.add(() -> await(target.close()));
    return await(target.deliver(List.of(delivery("1")))).getFirst();
  }

  private Receiver secured(boolean askForClient) {
    return receiver(
        new Receiver(
            TlsSockets.of(SERVER, CLIENT),
            socket -> ((SSLServerSocket) socket).setNeedClientAuth(askForClient),
            Receiver.OK));
  }

  @Test
  void whoseCertificateIsTrustedAndHasTheNameIsDeliveredTo() {
    Receiver receiver = secured(false);

    assertThat(
            send(
                "https://hooks.example:" + receiver.port() + "/",
                "tls-configuration-name",
                "partner"))
        .isEqualTo(Outcome.DELIVERED);
  }

  @Test
  void whoseCertificateHasAnotherNameIsNot() {
    Receiver receiver = secured(false);

    assertThat(
            send(
                    "https://other.example:" + receiver.port() + "/",
                    "tls-configuration-name",
                    "partner")
                .toString())
        .startsWith("Retry[reason=no TLS connection: ")
        .contains("other.example");
    assertThat(receiver.requests()).isEmpty();
  }

  @Test
  void whoseCertificateNobodyTrustsIsNot() {
    Receiver receiver = secured(false);

    assertThat(send("https://hooks.example:" + receiver.port() + "/").toString())
        .startsWith("Retry[reason=no TLS connection: ");
    assertThat(receiver.requests()).isEmpty();
  }

  @Test
  void theClientShowsItsOwnCertificateWhereItHasOne() {
    Receiver receiver = secured(true);
    String url = "https://hooks.example:" + receiver.port() + "/";

    assertThat(send(url, "tls-configuration-name", "partner")).isInstanceOf(Outcome.Retry.class);
    assertThat(receiver.requests()).isEmpty();
    assertThat(send(url, "tls-configuration-name", "partner-known")).isEqualTo(Outcome.DELIVERED);
  }

  @Test
  void whatSpeaksNoTlsIsNotDeliveredTo() {
    Receiver receiver =
        receiver(new Receiver((request, connection) -> connection.say("HTTP/1.1 200 OK\r\n\r\n")));

    assertThat(
            send(
                    "https://hooks.example:" + receiver.port() + "/",
                    "connect-timeout",
                    "500ms",
                    "answer-timeout",
                    "500ms")
                .toString())
        .startsWith("Retry[reason=no ");
  }

  @Test
  void aProxyIsToldTheName() {
    Receiver proxy = receiver(new Receiver(Receiver.OK));
    proxies = name -> name.filter("corporate"::equals).map(known -> proxy(proxy.port()));

    assertThat(send("http://hooks.example/hook?a=b", "proxy-configuration-name", "corporate"))
        .isEqualTo(Outcome.DELIVERED);

    Receiver.Request request = proxy.requests().getFirst();
    assertThat(request.line()).isEqualTo("POST http://hooks.example/hook?a=b HTTP/1.1");
    assertThat(request.header("host")).isEqualTo("hooks.example");
    assertThat(request.header("proxy-authorization")).isEqualTo("Basic dTpw");
  }

  /** The proxy sees a name and a port, and bytes; the certificate is the receiver's. */
  @Test
  void throughAProxyThereIsATunnelAndTheReceiversCertificateIsLookedAt() {
    Receiver receiver = secured(true);
    Receiver proxy =
        receiver(
            new Receiver(
                (request, connection) -> {
                  connection.say("HTTP/1.1 200 Connection established\r\n\r\n");
                  connection.tunnelTo(receiver.port());
                }));
    proxies = name -> Optional.of(proxy(proxy.port()));
    String[] settings = {
      "proxy-configuration-name", "corporate", "tls-configuration-name", "partner-known"
    };

    assertThat(send("https://hooks.example:" + receiver.port() + "/hook", settings))
        .isEqualTo(Outcome.DELIVERED);

    Receiver.Request tunnel = proxy.requests().getFirst();
    assertThat(tunnel.line()).isEqualTo("CONNECT hooks.example:" + receiver.port() + " HTTP/1.1");
    assertThat(tunnel.header("proxy-authorization")).isEqualTo("Basic dTpw");
    assertThat(tunnel.headers()).doesNotContainKeys("webhook-id", "authorization");
    assertThat(receiver.requests().getFirst().line()).isEqualTo("POST /hook HTTP/1.1");
    assertThat(receiver.requests().getFirst().headers()).doesNotContainKey("proxy-authorization");

    assertThat(send("https://other.example:" + receiver.port() + "/", settings).toString())
        .startsWith("Retry[reason=no TLS connection: ")
        .contains("other.example");
    assertThat(receiver.requests()).hasSize(1);
  }

  @Test
  void aProxyThatDoesNotLetItThroughIsTriedAgain() {
    Receiver proxy =
        receiver(
            new Receiver(
                (request, connection) ->
                    connection.say("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")));
    proxies = name -> Optional.of(proxy(proxy.port()));

    assertThat(send("https://hooks.example/", "proxy-configuration-name", "corporate").toString())
        .startsWith("Retry[reason=no ")
        .contains("403");
  }

  @Test
  void aProxyThatSaysNothingIsNotWaitedForForLong() {
    Receiver proxy = receiver(new Receiver((request, connection) -> connection.awaitClose()));
    proxies = name -> Optional.of(proxy(proxy.port()));
    long begun = System.nanoTime();

    assertThat(
            send(
                    "https://hooks.example/",
                    "proxy-configuration-name",
                    "corporate",
                    "connect-timeout",
                    "300ms")
                .toString())
        .startsWith("Retry[reason=");
    assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(8));
  }

  private static ProxyConfiguration proxy(int port) {
    return new ProxyConfiguration() {
      @Override
      public String host() {
        return "127.0.0.1";
      }

      @Override
      public int port() {
        return port;
      }

      @Override
      public Optional<String> username() {
        return Optional.of("u");
      }

      @Override
      public Optional<String> password() {
        return Optional.of("p");
      }

      @Override
      public Optional<List<String>> nonProxyHosts() {
        return Optional.empty();
      }

      @Override
      public Optional<Duration> proxyConnectTimeout() {
        return Optional.empty();
      }

      @Override
      public ProxyType type() {
        return ProxyType.HTTP;
      }
    };
  }
}
