package penstock.sink.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static penstock.Patience.await;
import static penstock.sink.webhook.WebhookDefinitions.delivery;
import static penstock.sink.webhook.WebhookDefinitions.event;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.proxy.ProxyConfigurationRegistry;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.tls.TlsConfigurationRegistry;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import penstock.redis.RedisResource;
import penstock.sink.BreakerState;
import penstock.sink.Delivery;
import penstock.sink.InvalidSinkException;
import penstock.sink.Outcome;
import penstock.sink.SinkTarget;
import penstock.sink.webhook.Receiver.Behaviour;

/** One webhook, and receivers of every kind. */
@QuarkusTest
@WithTestResource(RedisResource.class)
@Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD)
class WebhookTargetTest {

  private static final String[] LOCAL = {"allow-private", "true"};

  @Inject Vertx vertx;
  @Inject TlsConfigurationRegistry certificates;
  @Inject ProxyConfigurationRegistry proxies;

  private final MeterRegistry meters = new SimpleMeterRegistry();
  private final List<AutoCloseable> open = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable resource : open) {
      resource.close();
    }
  }

  private Receiver receiver(Behaviour behaviour) {
    var receiver = new Receiver(behaviour);
    open.add(receiver);
    return receiver;
  }

  private SinkTarget target(int batch, AddressResolver.Source source, String... settings) {
    SinkTarget target =
        new WebhookTargetFactory(vertx, certificates, proxies, meters, source)
            .create(WebhookDefinitions.of(batch, settings));
    open.add(() -> await(target.close()));
    return target;
  }

  private SinkTarget target(String... settings) {
    return target(1, InetAddress::getAllByName, settings);
  }

  private SinkTarget local(String url, String... more) {
    return target(
        Stream.of(new String[] {"url", url}, LOCAL, more)
            .flatMap(Stream::of)
            .toArray(String[]::new));
  }

  private SinkTarget batched(Receiver receiver) {
    return target(
        5,
        InetAddress::getAllByName,
        "url",
        receiver.uri(),
        "allow-private",
        "true",
        "mode",
        "batched");
  }

  private static Outcome one(SinkTarget target, String id) {
    return await(target.deliver(List.of(delivery(id)))).getFirst();
  }

  private static Behaviour says(String answer) {
    return (request, connection) -> connection.say(answer);
  }

  private static Behaviour saysAndCloses(String answer) {
    return (request, connection) -> {
      connection.say(answer);
      connection.close();
    };
  }

  private static Arguments row(String what, Behaviour behaviour, String outcome) {
    return Arguments.of(what, behaviour, outcome);
  }

  static List<Arguments> behaviours() {
    return List.of(
        row("200", says("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"), "Delivered[]"),
        row(
            "202 with chunks",
            says("HTTP/1.1 202 x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"),
            "Delivered[]"),
        row("HTTP/1.0", saysAndCloses("HTTP/1.0 200 OK\r\n\r\nold"), "Delivered[]"),
        row(
            "HTTP/1.0, a failure",
            saysAndCloses("HTTP/1.0 500 x\r\n\r\n"),
            "Retry[reason=the receiver answered 500, notBefore=null]"),
        row(
            "100, then 204",
            says("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 \r\n\r\n"),
            "Delivered[]"),
        row(
            "103 twice, then 204",
            says(
                "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 204 \r\n\r\n"),
            "Delivered[]"),
        row(
            "102, then 500",
            says("HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 500 x\r\nContent-Length: 0\r\n\r\n"),
            "Retry[reason=the receiver answered 102, notBefore=null]"),
        row(
            "103 and nothing more",
            says("HTTP/1.1 103 Early Hints\r\n\r\n"),
            "Retry[reason=no answer within 700 ms, notBefore=null]"),
        row(
            "never answers",
            (request, connection) -> connection.awaitClose(),
            "Retry[reason=no answer within 700 ms, notBefore=null]"),
        row(
            "status byte by byte",
            WebhookTargetTest::drip,
            "Retry[reason=no answer within 700 ms, notBefore=null]"),
        row(
            "200, body byte by byte",
            (request, connection) -> {
              connection.say("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
              drip(request, connection);
            },
            "Delivered[]"),
        row(
            "500, body byte by byte",
            (request, connection) -> {
              connection.say("HTTP/1.1 500 x\r\nContent-Length: 100000\r\n\r\n");
              drip(request, connection);
            },
            "Retry[reason=the receiver answered 500, notBefore=null]"),
        row("200 with 1 GB", WebhookTargetTest::gigabyte, "Delivered[]"),
        row(
            "closes at once",
            (request, connection) -> connection.close(),
            "Retry[reason=no answer: Connection was closed, notBefore=null]"),
        row(
            "closes in the status",
            saysAndCloses("HTTP/1.1 20"),
            "Retry[reason=no answer: Connection was closed, notBefore=null]"),
        row(
            "closes in the headers",
            saysAndCloses("HTTP/1.1 200 OK\r\nContent-Le"),
            "Retry[reason=no answer: Connection closed before received headers, notBefore=null]"),
        row(
            "closes in the body of 200",
            saysAndCloses("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n123"),
            "Delivered[]"),
        row(
            "closes in the body of 503",
            saysAndCloses("HTTP/1.1 503 x\r\nContent-Length: 10\r\n\r\n123"),
            "Retry[reason=the receiver answered 503, notBefore=null]"),
        row(
            "chunked garbage behind 200",
            saysAndCloses("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\ngarbage"),
            "Delivered[]"),
        row(
            "chunked garbage behind 500",
            saysAndCloses("HTTP/1.1 500 x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\ngarbage"),
            "Retry[reason=the receiver answered 500, notBefore=null]"),
        row(
            "endless headers",
            (request, connection) -> {
              connection.say("HTTP/1.1 200 OK\r\n");
              for (int i = 0; i < 100_000; i++) {
                connection.say("x-" + i + ": " + "y".repeat(1_000) + "\r\n");
              }
            },
            "Retry[reason=no answer: HTTP header is larger than 8192 bytes., notBefore=null]"),
        row(
            "410",
            says("HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n"),
            "Stop[reason=the receiver answered 410: it wants nothing any more]"),
        row(
            "400",
            says("HTTP/1.1 400 x\r\nContent-Length: 6\r\n\r\nsecret"),
            "Refused[type=status-400, detail=the receiver answered 400]"),
        row(
            "404",
            says("HTTP/1.1 404 x\r\nContent-Length: 0\r\n\r\n"),
            "Refused[type=status-404, detail=the receiver answered 404]"),
        row(
            "408",
            says("HTTP/1.1 408 x\r\nContent-Length: 0\r\n\r\n"),
            "Retry[reason=the receiver answered 408, notBefore=null]"),
        row(
            "425",
            says("HTTP/1.1 425 x\r\nContent-Length: 0\r\n\r\n"),
            "Retry[reason=the receiver answered 425, notBefore=null]"),
        row(
            "429",
            says("HTTP/1.1 429 x\r\nContent-Length: 0\r\n\r\n"),
            "Retry[reason=the receiver answered 429, notBefore=null]"),
        row(
            "429, seconds",
            says("HTTP/1.1 429 x\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n"),
            "Retry[reason=the receiver answered 429, notBefore=PT7S]"),
        row(
            "503, a date",
            says(
                "HTTP/1.1 503 x\r\nDate: Sun, 01 Mar 2026 09:00:00 GMT\r\nRetry-After: Sun, 01 Mar 2026 09:00:45 GMT\r\nContent-Length: 0\r\n\r\n"),
            "Retry[reason=the receiver answered 503, notBefore=PT45S]"),
        row(
            "503, a year",
            says("HTTP/1.1 503 x\r\nRetry-After: 31536000\r\nContent-Length: 0\r\n\r\n"),
            "Retry[reason=the receiver answered 503, notBefore=PT1H]"),
        row(
            "500, which is no throttling",
            says("HTTP/1.1 500 x\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n"),
            "Retry[reason=the receiver answered 500, notBefore=null]"),
        row(
            "599",
            says("HTTP/1.1 599 x\r\nContent-Length: 0\r\n\r\n"),
            "Retry[reason=the receiver answered 599, notBefore=null]"),
        row(
            "301",
            says("HTTP/1.1 301 x\r\nLocation: http://127.0.0.1/\r\nContent-Length: 0\r\n\r\n"),
            "Refused[type=status-301, detail=the receiver answered 301]"),
        row(
            "307",
            says(
                "HTTP/1.1 307 x\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n"),
            "Refused[type=status-307, detail=the receiver answered 307]"),
        row(
            "304",
            says("HTTP/1.1 304 x\r\n\r\n"),
            "Refused[type=status-304, detail=the receiver answered 304]"),
        row("no HTTP", says("SSH-2.0-OpenSSH_9.6\r\n"), "Retry[reason=no answer"),
        row(
            "101",
            says(
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n"),
            "Re"));
  }

  private static void drip(Receiver.Request request, Receiver.Connection connection)
      throws Exception {
    var pause = new CountDownLatch(1);
    for (char one : "HTTP/1.1 200 OK and so on, and so on, and so on".repeat(50).toCharArray()) {
      connection.say(String.valueOf(one));
      boolean never = pause.await(50, TimeUnit.MILLISECONDS);
      assertThat(never).isFalse();
    }
  }

  private static final AtomicInteger MEGABYTES = new AtomicInteger();

  private static void gigabyte(Receiver.Request request, Receiver.Connection connection)
      throws Exception {
    connection.say("HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n");
    String megabyte = "x".repeat(1 << 20);
    for (int i = 0; i < 1_024; i++) {
      connection.say(megabyte);
      MEGABYTES.incrementAndGet();
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("behaviours")
  void whatTheReceiverDoesDecides(String what, Behaviour behaviour, String outcome) {
    Receiver receiver = receiver(behaviour);
    SinkTarget target =
        outcome.contains("700 ms") || what.contains("byte by byte")
            ? local(receiver.uri(), "answer-timeout", "700ms")
            : local(receiver.uri());

    assertThat(one(target, "1").toString()).startsWith(outcome);

    // It can still be delivered to, over a connection on which nothing is left of the answer.
    receiver.behave(Receiver.OK);
    if (!outcome.contains("notBefore=PT")) {
      await().until(() -> one(target, "2") instanceof Outcome.Delivered);
    }
    assertThat(receiver.requests().getLast().text()).startsWith("{\"specversion\"");
  }

  @Test
  void ofAGigabyteALittleIsRead() {
    MEGABYTES.set(0);

    assertThat(one(local(receiver(WebhookTargetTest::gigabyte).uri()), "1"))
        .isEqualTo(Outcome.DELIVERED);

    assertThat(MEGABYTES.get()).isLessThan(30);
  }

  /** A port at which nobody listens, and that nobody else can have. */
  @Test
  void nobodyIsThere() throws IOException {
    try (var held = new Socket()) {
      held.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));

      assertThat(one(local("http://127.0.0.1:" + held.getLocalPort() + "/"), "1").toString())
          .startsWith("Retry[reason=no answer: ")
          .contains("Connection refused");
    }
  }

  @Test
  void aNameThatNobodyHas() {
    SinkTarget target =
        target(
            1,
            host -> {
              throw new UnknownHostException(host);
            },
            "url",
            "https://hooks.example/");

    assertThat(one(target, "1").toString()).contains("no such host: hooks.example");
  }

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1",
    "10.1.2.3",
    "169.254.169.254",
    "::1",
    "fe80::1",
    "fd00:ec2::254",
    "100.64.0.1"
  })
  void aNameThatLeadsInsideIsNotConnectedTo(String address) {
    Receiver receiver = receiver(Receiver.OK);
    SinkTarget target =
        target(
            1,
            host -> new InetAddress[] {InetAddress.getByName(address)},
            "url",
            "http://hooks.example:" + receiver.port() + "/");

    assertThat(one(target, "1").toString())
        .contains("hooks.example has private, local or reserved addresses only");
    assertThat(receiver.connections()).isZero();
  }

  /** Who answers the first question well and the next one with an address inside gets nothing. */
  @Test
  void whatWasLookedAtIsConnectedToAndNothingIsLookedUpTwice() {
    Receiver receiver = receiver(Receiver.OK);
    var asked = new AtomicInteger();
    SinkTarget target =
        target(
            1,
            host -> {
              asked.incrementAndGet();
              return new InetAddress[] {InetAddress.getLoopbackAddress()};
            },
            "url",
            "http://name.that.does.not.resolve.invalid:" + receiver.port() + "/",
            "allow-private",
            "true");

    assertThat(one(target, "1")).isEqualTo(Outcome.DELIVERED);
    assertThat(one(target, "2")).isEqualTo(Outcome.DELIVERED);

    assertThat(asked).hasValue(1);
    assertThat(receiver.requests().getFirst().header("host"))
        .isEqualTo("name.that.does.not.resolve.invalid:" + receiver.port());
    assertThat(receiver.connections()).isEqualTo(1);
  }

  @Test
  void whereOneAddressIsDownTheNextIsTried() {
    Receiver receiver = receiver(Receiver.OK);
    SinkTarget target =
        target(
            1,
            host ->
                new InetAddress[] {
                  InetAddress.getByName("127.0.0.2"), InetAddress.getByName("127.0.0.1")
                },
            "url",
            "http://hooks.example:" + receiver.port() + "/",
            "allow-private",
            "true");

    assertThat(one(target, "1")).isInstanceOf(Outcome.Retry.class);
    assertThat(one(target, "1")).isEqualTo(Outcome.DELIVERED);
  }

  @Test
  void redirectsAreFollowedWhereAskedForAndLookedAtToo() {
    Receiver inside = receiver(Receiver.OK);
    Receiver other = receiver(Receiver.OK);
    Receiver receiver = receiver(Receiver.OK);
    String[] settings = {
      "url",
      "http://outside.example:" + receiver.port() + "/",
      "redirects",
      "1",
      "headers.authorization",
      "Bearer abc"
    };
    AddressResolver.Source source =
        host ->
            new InetAddress[] {
              InetAddress.getByName(host.startsWith("inside") ? "10.9.9.9" : "127.0.0.1")
            };
    SinkTarget guarded = target(1, source, settings);
    SinkTarget open =
        target(
            1,
            source,
            Stream.concat(Stream.of(settings), Stream.of("allow-private", "true"))
                .toArray(String[]::new));

    receiver.behave(
        says(
            "HTTP/1.1 307 x\r\nLocation: http://127.0.0.1:"
                + other.port()
                + "/moved?a=b\r\nContent-Length: 0\r\n\r\n"));
    assertThat(one(open, "1")).isEqualTo(Outcome.DELIVERED);
    assertThat(other.requests().getFirst().line()).isEqualTo("POST /moved?a=b HTTP/1.1");
    assertThat(other.requests().getFirst().text()).isEqualTo(receiver.requests().getFirst().text());
    assertThat(other.requests().getFirst().header("webhook-id")).hasSize(32);
    assertThat(receiver.requests().getFirst().header("authorization")).isEqualTo("Bearer abc");
    assertThat(other.requests().getFirst().headers()).doesNotContainKey("authorization");

    // a second one is not
    other.behave(says("HTTP/1.1 308 x\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n"));
    assertThat(one(open, "2").toString()).contains("status-308");

    assertThat(one(guarded, "3").toString()).contains("outside.example has private");
    assertThat(inside.connections()).isZero();
  }

  @Test
  void aRedirectToTheMetadataAddressIsNotConnectedTo() {
    var asked = new ArrayList<String>();
    Receiver receiver =
        receiver(
            says(
                "HTTP/1.1 307 x\r\nLocation: http://169.254.169.254/latest/meta-data/\r\nContent-Length: 0\r\n\r\n"));
    var rule = new AddressRule();
    var client = vertx.createHttpClient();
    open.add(() -> await(client.close()));
    var connector =
        new ReceiverConnector(
            vertx,
            client,
            new AddressResolver(
                vertx,
                host -> {
                  asked.add(host);
                  return host.equals("hooks.example")
                      ? new InetAddress[] {InetAddress.getLoopbackAddress()}
                      : InetAddress.getAllByName(host);
                },
                address -> address.isLoopbackAddress() || rule.isPublic(address)),
            Duration.ofSeconds(2),
            Duration.ofSeconds(2),
            3);

    Future<WebhookAnswer> answer =
        connector.send(
            Endpoint.parse("http://hooks.example:" + receiver.port() + "/"),
            new WebhookHandshake("me.example", OptionalInt.empty())
                .request(MultiMap.caseInsensitiveMultiMap()));

    assertThatThrownBy(() -> await(answer)).hasRootCauseInstanceOf(RefusedAddressException.class);
    assertThat(asked).containsExactly("hooks.example", "169.254.169.254");
  }

  @Test
  void aRequestSaysWhatAReceiverNeeds() {
    Receiver receiver = receiver(Receiver.OK);
    SinkTarget target =
        local(
            receiver.uri() + "?a=b",
            "secrets",
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw,whsk_VEVTVFNJR05JTkdLRVlET05PVFVTRVRISVNGT1JBTlk=",
            "headers.x-tenant",
            "blue",
            "mode",
            "binary");
    Delivery delivery =
        delivery(
            event(
                "7",
                Map.of("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")));

    await(target.deliver(List.of(delivery)));
    await(target.deliver(List.of(delivery)));

    assertThat(receiver.requests()).hasSize(2);
    Receiver.Request request = receiver.requests().getFirst();
    assertThat(request.line()).isEqualTo("POST /hook?a=b HTTP/1.1");
    assertThat(request.text()).isEqualTo("{\"n\":1.10}");
    assertThat(request.headers())
        .containsEntry("content-type", "application/json")
        .containsEntry("ce-id", "7")
        .containsEntry("ce-source", "/shop")
        .containsEntry("x-tenant", "blue")
        .containsEntry("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
        .containsEntry("webhook-id", delivery.id());
    assertThat(request.header("webhook-signature")).matches("v1,[^ ]{44} v1a,[^ ]{88}");
    assertThat(receiver.requests().get(1).header("webhook-id")).isEqualTo(delivery.id());
    assertThat(receiver.connections()).isEqualTo(1);
  }

  @Test
  void aBatchIsOneRequestWithOneId() {
    Receiver receiver = receiver(Receiver.OK);
    SinkTarget target = batched(receiver);
    List<Delivery> deliveries = IntStream.range(0, 5).mapToObj(i -> delivery("e" + i)).toList();

    assertThat(await(target.deliver(deliveries)))
        .isEqualTo(Collections.nCopies(5, Outcome.DELIVERED));
    await(target.deliver(deliveries));
    await(target.deliver(deliveries.subList(0, 4)));

    Receiver.Request request = receiver.requests().getFirst();
    assertThat(request.header("content-type")).isEqualTo("application/cloudevents-batch+json");
    assertThat(request.text()).startsWith("[{\"specversion\"").contains("\"id\":\"e4\"");
    assertThat(receiver.requests().get(1).header("webhook-id"))
        .isEqualTo(request.header("webhook-id"))
        .matches("[0-9a-f]{32}");
    assertThat(receiver.requests().get(2).header("webhook-id"))
        .isNotEqualTo(request.header("webhook-id"));
  }

  /** One bad event does not take the others of its batch with it. */
  @Test
  void aBatchThatIsRefusedIsTakenApart() {
    Receiver receiver =
        receiver(
            (request, connection) ->
                connection.say(
                    request.text().contains("\"id\":\"bad\"")
                        ? "HTTP/1.1 422 x\r\nContent-Length: 0\r\n\r\n"
                        : "HTTP/1.1 204 \r\n\r\n"));
    SinkTarget target = batched(receiver);

    List<Outcome> outcomes =
        await(target.deliver(List.of(delivery("1"), delivery("bad"), delivery("3"))));

    assertThat(outcomes)
        .containsExactly(
            Outcome.DELIVERED,
            new Outcome.Refused("status-422", "the receiver answered 422"),
            Outcome.DELIVERED);
    assertThat(receiver.requests()).hasSize(4);
  }

  @Test
  void whatWaitsInABatchHoldsUpWhatIsBehindIt() {
    Receiver receiver =
        receiver(
            (request, connection) ->
                connection.say(
                    request.text().startsWith("[{\"specversion\":\"1.0\",\"id\":\"2\"")
                        ? "HTTP/1.1 500 x\r\nContent-Length: 0\r\n\r\n"
                        : request.text().contains("\"id\":\"2\"")
                            ? "HTTP/1.1 400 x\r\nContent-Length: 0\r\n\r\n"
                            : "HTTP/1.1 204 \r\n\r\n"));
    SinkTarget target = batched(receiver);

    List<Outcome> outcomes =
        await(target.deliver(List.of(delivery("1"), delivery("2"), delivery("3"))));

    var waits = new Outcome.Retry("the receiver answered 500", null);
    assertThat(outcomes).containsExactly(Outcome.DELIVERED, waits, waits);
    assertThat(receiver.requests()).hasSize(3);
  }

  @Test
  void whoAsksToBeLeftAloneIs() {
    Receiver receiver =
        receiver(says("HTTP/1.1 429 x\r\nRetry-After: 60\r\nContent-Length: 0\r\n\r\n"));
    SinkTarget target = local(receiver.uri());

    assertThat(one(target, "1"))
        .isEqualTo(new Outcome.Retry("the receiver answered 429", Duration.ofSeconds(60)));
    Outcome next = one(target, "2");

    assertThat(next)
        .isInstanceOfSatisfying(
            Outcome.Postponed.class,
            postponed ->
                assertThat(postponed.pause())
                    .isBetween(Duration.ofSeconds(30), Duration.ofSeconds(60)));
    assertThat(receiver.requests()).hasSize(1);
    assertThat(target.breaker()).contains(BreakerState.CLOSED);

    // An operator who pauses and resumes has it asked again.
    await(target.prepare());
    assertThat(one(target, "2")).isInstanceOf(Outcome.Retry.class);
    assertThat(receiver.requests()).hasSize(2);
  }

  @Test
  void aReceiverThatIsDownIsSparedAndTriedAgain() {
    Receiver receiver = receiver(says("HTTP/1.1 500 x\r\nContent-Length: 0\r\n\r\n"));
    Receiver healthy = receiver(Receiver.OK);
    SinkTarget target = local(receiver.uri(), "breaker.requests", "4", "breaker.delay", "600ms");
    SinkTarget other = local(healthy.uri());

    for (int i = 0; i < 4; i++) {
      assertThat(one(target, "1")).isInstanceOf(Outcome.Retry.class);
    }
    assertThat(target.breaker()).contains(BreakerState.OPEN);
    for (int i = 0; i < 100; i++) {
      assertThat(one(target, "1"))
          .isInstanceOfSatisfying(
              Outcome.Postponed.class,
              postponed -> {
                assertThat(postponed.pause()).isPositive();
                assertThat(postponed.reason())
                    .isEqualTo("the receiver is spared: the receiver answered 500");
              });
    }
    assertThat(receiver.requests()).hasSize(4);
    assertThat(one(other, "1")).isEqualTo(Outcome.DELIVERED);

    // half open: one request finds out that it is still down
    await().until(() -> one(target, "1") instanceof Outcome.Retry);
    assertThat(receiver.requests()).hasSize(5);
    assertThat(target.breaker()).contains(BreakerState.OPEN);

    receiver.behave(Receiver.OK);
    await().until(() -> one(target, "1") instanceof Outcome.Delivered);
    assertThat(target.breaker()).contains(BreakerState.CLOSED);
  }

  @Test
  void connectionsAreBounded() {
    var release = new CountDownLatch(1);
    Receiver receiver =
        receiver(
            (request, connection) -> {
              release.await();
              connection.say("HTTP/1.1 204 \r\n\r\n");
            });
    SinkTarget target =
        target("url", receiver.uri(), "allow-private", "true", "max-connections", "3");

    List<Future<List<Outcome>>> all =
        IntStream.range(0, 20).mapToObj(i -> target.deliver(List.of(delivery("e" + i)))).toList();
    await().until(() -> receiver.requests().size() == 3);
    release.countDown();

    all.forEach(each -> assertThat(await(each)).containsExactly(Outcome.DELIVERED));
    assertThat(receiver.connections()).isEqualTo(3);
  }

  /** To wait for a connection that others use is no failure, however long it takes. */
  @Test
  void whoWaitsForAConnectionIsNotLate() {
    var pause = new CountDownLatch(1);
    Receiver receiver =
        receiver(
            (request, connection) -> {
              boolean never = pause.await(400, TimeUnit.MILLISECONDS);
              assertThat(never).isFalse();
              connection.say("HTTP/1.1 204 \r\n\r\n");
            });
    SinkTarget target = local(receiver.uri(), "max-connections", "1", "connect-timeout", "200ms");

    List<Future<List<Outcome>>> all =
        IntStream.range(0, 3).mapToObj(i -> target.deliver(List.of(delivery("e" + i)))).toList();

    all.forEach(each -> assertThat(await(each)).containsExactly(Outcome.DELIVERED));
  }

  @Test
  void asksFirstWhereAskedTo() {
    Receiver receiver =
        receiver(
            (request, connection) ->
                connection.say(
                    request.line().startsWith("OPTIONS")
                        ? "HTTP/1.1 200 OK\r\nWebHook-Allowed-Origin: events.example\r\n"
                            + "WebHook-Allowed-Rate: 600\r\nContent-Length: 0\r\n\r\n"
                        : "HTTP/1.1 204 \r\n\r\n"));
    SinkTarget target =
        local(
            receiver.uri(),
            "handshake.origin",
            "events.example",
            "handshake.rate",
            "6000",
            "headers.authorization",
            "Bearer abc");

    await(target.prepare());
    await(target.prepare());
    long began = System.nanoTime();
    List<Future<List<Outcome>>> all =
        IntStream.range(0, 6).mapToObj(i -> target.deliver(List.of(delivery("e" + i)))).toList();
    all.forEach(each -> assertThat(await(each)).containsExactly(Outcome.DELIVERED));

    // 600 a minute: 100 ms from one to the next
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThan(Duration.ofMillis(490));
    assertThat(receiver.requests()).hasSize(7);
    Receiver.Request asked = receiver.requests().getFirst();
    assertThat(asked.line()).isEqualTo("OPTIONS /hook HTTP/1.1");
    assertThat(asked.headers())
        .containsEntry("webhook-request-origin", "events.example")
        .containsEntry("webhook-request-rate", "6000")
        .containsEntry("authorization", "Bearer abc");
  }

  @Test
  void anAgreedRateThatIsLowLetsTheSinkWait() {
    Receiver receiver =
        receiver(
            (request, connection) ->
                connection.say(
                    request.line().startsWith("OPTIONS")
                        ? "HTTP/1.1 200 OK\r\nWebHook-Allowed-Origin: *\r\n"
                            + "WebHook-Allowed-Rate: 1\r\nContent-Length: 0\r\n\r\n"
                        : "HTTP/1.1 204 \r\n\r\n"));
    SinkTarget target = local(receiver.uri(), "handshake.origin", "events.example");

    await(target.prepare());

    assertThat(one(target, "1")).isEqualTo(Outcome.DELIVERED);
    assertThat(one(target, "2")).isInstanceOf(Outcome.Postponed.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "405 x | x: y | answered the handshake with 405",
        "200 OK | x: y | does not agree to be delivered to by events.example",
        "200 OK | WebHook-Allowed-Origin: other.example | does not agree",
        "200 OK | WebHook-Allowed-Origin: *\\r\\nWebHook-Allowed-Rate: 0 | agrees to no rate",
        "200 OK | WebHook-Allowed-Origin: *\\r\\nWebHook-Allowed-Rate: many | agrees to no rate"
      })
  void whoDoesNotAgreeIsNotDeliveredToAndAskedAgain(String status, String headers, String why) {
    Receiver receiver =
        receiver(
            says(
                "HTTP/1.1 "
                    + status
                    + "\r\n"
                    + headers.replace("\\r\\n", "\r\n")
                    + "\r\nContent-Length: 0\r\n\r\n"));
    SinkTarget target = local(receiver.uri(), "handshake.origin", "events.example");

    assertThatThrownBy(() -> await(target.prepare())).rootCause().hasMessageContaining(why);

    receiver.behave(says("HTTP/1.1 204 OK\r\nWebHook-Allowed-Origin: EVENTS.example\r\n\r\n"));
    await(target.prepare());
    assertThat(receiver.requests()).hasSize(2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "url | '' | url | must ",
        "url | hooks | url | must be a URL",
        "url | https://u:p@hooks.example | url | must not have a user's name",
        "url | http://127.0.0.1:1/ | url | has a private, local or reserved address",
        "url | http://[::ffff:169.254.169.254]/ | url | has a private, local",
        "url | http://localhost/ | url | has a private, local or reserved address",
        "secrets | whsec_c2hvcnQ= | secrets | must have 24 to 64 bytes",
        "secrets | nothing | secrets | must begin with",
        "headers.content-type | text/plain | headers.content-type | is a header that Penstock sets",
        "headers.Webhook-Id | 1 | headers.Webhook-Id | is a header that Penstock sets",
        "headers.ce-id | 1 | headers.ce-id | is a header that Penstock sets",
        "headers.x | ü | headers.x | must have printable ASCII",
        "handshake.rate | 5 | handshake.origin | must be set",
        "handshake.origin | https://a/ | handshake.origin | must be a host name",
        "tls-configuration-name | none-such | tls-configuration-name | names no configuration",
        "proxy-configuration-name | none-such | proxy-configuration-name | names no configuration"
      })
  void whatMakesNoSenseIsRefusedByName(String setting, String value, String named, String rule) {
    String[] settings =
        setting.equals("url")
            ? new String[] {"url", value}
            : new String[] {"url", "https://hooks.example/", setting, value};

    assertThatThrownBy(() -> target(settings))
        .isInstanceOfSatisfying(
            InvalidSinkException.class,
            invalid -> {
              assertThat(invalid.setting()).isEqualTo(named);
              assertThat(invalid).hasMessageStartingWith(rule);
            });
  }

  @Test
  void severalEventsNeedTheBatchedMode() {
    assertThatThrownBy(() -> target(2, InetAddress::getAllByName, "url", "https://hooks.example/"))
        .isInstanceOf(InvalidSinkException.class)
        .hasMessage("must be 1 unless mode is batched");
  }

  @Test
  void requestsAreTimedByWhatCameOfThem() {
    Receiver receiver = receiver(Receiver.OK);
    SinkTarget target = local(receiver.uri());
    one(target, "1");
    receiver.behave((request, connection) -> connection.close());
    one(target, "2");

    assertThat(meters.get("penstock.sink.webhook.requests").tag("status", "2xx").timer().count())
        .isEqualTo(1);
    assertThat(meters.get("penstock.sink.webhook.requests").tag("status", "none").timer().count())
        .isEqualTo(1);
  }
}
