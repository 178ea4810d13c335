package penstock.feed.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static penstock.Patience.await;

import io.micrometer.core.instrument.LongTaskTimer;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.RestAssured;
import jakarta.inject.Inject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.management.ObjectName;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import penstock.feed.FeedClient;
import penstock.feed.FeedReaders;
import penstock.redis.RedisResource;
import penstock.stream.StreamName;
import penstock.stream.log.LogWriter;

/** A feed's connection once its request is over, over plain HTTP/1.1. */
@QuarkusTest
@WithTestResource(RedisResource.class)
@TestProfile(NettyTransportTest.Settings.class)
class NettyTransportTest {

  public static final class Settings implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of(
          "penstock.feed.drain-time", "0s",
          "penstock.streams.auto-create", "true",
          "penstock.streams.orders.partitions", "1",
          "penstock.views.counts.stream", "orders",
          "penstock.views.counts.fold", "count",
          "penstock.views.counts.key", "type");
    }
  }

  private static final int READERS = 60;

  /**
   * What a request and its response are made of, and what reads and writes them; and the place at
   * which a reader waits, where others stand too.
   */
  private static final List<String> NEEDLESS =
      List.of(
          "io.vertx.core.http.impl.Http1xServerRequest",
          "io.vertx.core.http.impl.Http1xServerResponse",
          "io.vertx.core.http.impl.VertxHttpRequestDecoder",
          "io.vertx.core.http.impl.VertxHttpResponseEncoder",
          "io.vertx.core.http.impl.headers.HeadersMultiMap",
          "io.vertx.core.impl.DuplicatedContext",
          "io.vertx.ext.web.impl.RoutingContextImpl",
          "io.quarkus.vertx.http.runtime.filters.QuarkusRequestWrapper",
          "penstock.http.RequestScanner",
          "penstock.http.HeaderTimer",
          "penstock.feed.room.BufferPosition");

  @TestHTTPResource URI base;
  @Inject LogWriter writer;
  @Inject MeterRegistry meters;

  private FeedReaders readers;

  @BeforeEach
  void connect() {
    readers = new FeedReaders(base);
    writer.awaitLink();
    await().until(() -> RestAssured.get("/views/counts/entries").statusCode() == 200);
  }

  @AfterEach
  void leave() {
    readers.close();
  }

  /** How many there are of these classes, behind a full collection. */
  private static Map<String, Integer> living(List<String> classes) throws Exception {
    String histogram =
        (String)
            ManagementFactory.getPlatformMBeanServer()
                .invoke(
                    new ObjectName("com.sun.management:type=DiagnosticCommand"),
                    "gcClassHistogram",
                    new Object[] {new String[0]},
                    new String[] {String[].class.getName()});
    Map<String, Integer> all =
        histogram
            .lines()
            .map(line -> line.strip().split("\\s+"))
            .filter(fields -> fields.length >= 4 && fields[0].endsWith(":"))
            .collect(
                Collectors.toMap(
                    fields -> fields[3], fields -> Integer.parseInt(fields[1]), Integer::sum));
    return classes.stream().collect(Collectors.toMap(one -> one, one -> all.getOrDefault(one, 0)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/streams/orders/feed",
        "/streams/orders/feed?subject=nobody",
        "/views/counts/feed",
        "/views/counts/feed?key=none",
        "/feed?stream=orders&view=counts"
      })
  void nothingOfItsRequestIsHeld(String feed) throws Exception {
    int feeds = feed.startsWith("/feed") ? 2 : 1;
    readers.live(feed, null, 0, feeds);
    Map<String, Integer> before = living(NEEDLESS);
    List<FeedClient> opened =
        IntStream.range(0, READERS).mapToObj(i -> readers.open(feed, null)).toList();
    await()
        .until(
            () -> opened.stream().allMatch(reader -> reader.messages("caught-up").size() == feeds));
    Map<String, Integer> after = living(NEEDLESS);
    assertThat(after)
        .allSatisfy(
            (type, count) -> assertThat(count - before.get(type)).as(type).isLessThan(READERS / 4));
  }

  /** For the framework: a feed is no request that takes hours, nor one that failed in the end. */
  @Test
  void theRequestIsOverWhenTheFeedHasBegun() {
    readers.live("/streams/orders/feed", null);
    await().until(() -> answeredFeeds() > 0);
    long before = answeredFeeds();

    FeedClient client = readers.live("/streams/orders/feed", null);

    assertThat(answeredFeeds()).isEqualTo(before + 1);
    await().until(() -> meters.get("http.server.active.requests").gauge().value() == 0);
    int open = openConnections();
    client.leave();
    await().until(() -> openConnections() < open);
    assertThat(answeredFeeds()).isEqualTo(before + 1);
  }

  private long answeredFeeds() {
    return meters
        .find("http.server.requests")
        .tags("uri", "/streams/{stream}/feed", "outcome", "SUCCESS")
        .timers()
        .stream()
        .mapToLong(Timer::count)
        .sum();
  }

  private int openConnections() {
    return meters.get("http.server.connections").longTaskTimers().stream()
        .mapToInt(LongTaskTimer::activeTasks)
        .sum();
  }

  /** What a socket brings; a feed may be all that a connection is for. */
  private static final class RawReader implements AutoCloseable {

    private final Socket socket;
    private final ByteArrayOutputStream read = new ByteArrayOutputStream();

    RawReader(int port, String request) throws IOException {
      socket = new Socket(InetAddress.getLoopbackAddress(), port);
      send(request);
      Thread.ofVirtual().start(this::readAll);
    }

    void send(String text) throws IOException {
      socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    private void readAll() {
      try {
        var some = new byte[4_096];
        for (int n = socket.getInputStream().read(some);
            n > 0;
            n = socket.getInputStream().read(some)) {
          synchronized (read) {
            read.write(some, 0, n);
          }
        }
      } catch (IOException closed) {
        // Its test is over.
      }
    }

    String text() {
      synchronized (read) {
        return read.toString(StandardCharsets.US_ASCII);
      }
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  private static final String GET = "GET /streams/orders/feed HTTP/1.1\r\nHost: localhost\r\n";

  /** It gets an event, and was not told that anything ended. */
  private void assertFollows(RawReader reader) {
    assertFollows(reader, "orders");
  }

  private void assertFollows(RawReader reader, String stream) {
    String id = "%x".formatted(System.nanoTime());
    writer.append(new StreamName(stream), id);
    await().until(() -> reader.text().contains("\"id\":\"" + id + "\""));
    assertThat(reader.text()).doesNotContain("\r\n0\r\n").containsOnlyOnce("HTTP/1.1 ");
  }

  private RawReader follow(String request) throws IOException {
    var reader = new RawReader(base.getPort(), request);
    await().until(() -> reader.text().contains("event: caught-up"));
    return reader;
  }

  /** As proxies do that keep no connections. */
  @Test
  void aConnectionThatIsToEndBehindTheResponseEndsBehindTheFeed() throws IOException {
    try (RawReader reader = follow(GET + "Connection: close\r\n\r\n")) {
      assertThat(reader.text().toLowerCase()).contains("connection: close");
      assertFollows(reader);
      assertFollows(reader);
    }
  }

  @Test
  void aBodyThatComesLateIsPassedOver() throws IOException {
    for (String header : List.of("", "Connection: close\r\n")) {
      try (RawReader reader = follow(GET + header + "Content-Length: 8\r\n\r\n1234")) {
        assertFollows(reader);
        reader.send("5678");
        assertFollows(reader);
        reader.send("9");
        assertFollows(reader);
      }
    }
  }

  /** Also where it is there before the feed has begun, as one does whose stream is new. */
  @ParameterizedTest
  @CsvSource({"orders, 0", "orders, 1", "orders, 2", "new-0, 0", "new-1, 1", "new-2, 2"})
  void aRequestBehindItIsNotServed(String stream, int kind) throws IOException {
    String feed = GET.replace("orders", stream) + "\r\n";
    String behind =
        switch (kind) {
          case 0 -> append(stream);
          case 1 -> feed;
          default -> "nonsense\r\n\r\n";
        };
    try (RawReader reader = follow(feed + behind)) {
      assertFollows(reader, stream);
      reader.send(behind);
      assertFollows(reader, stream);
      assertThat(reader.text()).doesNotContain("\"id\":\"lost\"");
    }
  }

  private static String append(String stream) {
    String body = "{\"specversion\":\"1.0\",\"id\":\"lost\",\"source\":\"/s\",\"type\":\"t\"}";
    return """
        POST /streams/%s/events HTTP/1.1\r
        Host: localhost\r
        Content-Type: application/cloudevents+json\r
        Content-Length: %d\r
        \r
        %s"""
        .formatted(stream, body.length(), body);
  }

  @Test
  void whateverTheClientSendsIsLetGo() throws IOException {
    var text = new char[1 << 20];
    Arrays.fill(text, 'x');
    try (RawReader reader = follow(GET + "\r\n")) {
      for (int i = 0; i < 8; i++) {
        reader.send(new String(text));
      }
      assertFollows(reader);
    }
  }
}
