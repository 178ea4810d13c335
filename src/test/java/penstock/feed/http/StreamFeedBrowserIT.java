package penstock.feed.http;

import static org.assertj.core.api.Assertions.assertThat;
import static penstock.Patience.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import penstock.BrowserFixture;
import penstock.Patience;
import penstock.feed.FeedClient;
import penstock.stream.Cursor;

/** The packaged service and the {@code EventSource} of a real browser. */
class StreamFeedBrowserIT extends BrowserFixture {

  /** Notes all that an EventSource dispatches; ids as the browser has them. */
  private static final String LISTEN =
      """
      const url = arguments[0];
      window.seen = [];
      window.source = new EventSource(url);
      for (const kind of ['message', 'caught-up', 'reset', 'unavailable']) {
        source.addEventListener(kind, e =>
          seen.push({kind: kind, id: e.lastEventId, data: e.data}));
      }
      window.opens = 0;
      source.onopen = () => opens++;
      window.errors = 0;
      source.onerror = () => errors++;
      """;

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @BeforeEach
  void start() throws IOException {
    start(
        Map.of(
            "penstock.streams.orders.partitions", "1",
            "penstock.feed.heartbeat", "300ms",
            "penstock.feed.retry", "400ms",
            "penstock.feed.drain-time", "500ms"),
        "--appendfsync",
        "always");
    browser.get(service.uri() + "/q/health/live");
  }

  private void post(int from, int to) {
    for (int i = from; i < to; i++) {
      String event =
          """
          {"specversion":"1.0","id":"%d","source":"/it","type":"counted","subject":"s%d","data":%d}
          """
              .formatted(i, i % 2, i);
      await().until(() -> accepts(event));
    }
  }

  private boolean accepts(String event) throws InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(service.uri() + "/streams/orders/events"))
            .header("Content-Type", "application/cloudevents+json")
            .timeout(Patience.LIMIT)
            .POST(HttpRequest.BodyPublishers.ofString(event))
            .build();
    try {
      int status = http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
      assertThat(status).isIn(200, 201, 503);
      return status != 503;
    } catch (IOException lost) {
      return false;
    }
  }

  private void listen(String path) {
    browser.executeScript(LISTEN, path);
  }

  private List<Map<String, String>> seen() {
    var all = new ArrayList<Map<String, String>>();
    List<?> found = (List<?>) browser.executeScript("return seen");
    for (Object one : found) {
      Map<?, ?> message = (Map<?, ?>) one;
      all.add(
          Map.of(
              "kind", message.get("kind").toString(),
              "id", message.get("id").toString(),
              "data", message.get("data").toString()));
    }
    return all;
  }

  private List<String> kinds() {
    return seen().stream().map(message -> message.get("kind")).toList();
  }

  /** The number that each event carries, in the order in which they came. */
  private List<Integer> numbers() {
    return seen().stream()
        .filter(message -> message.get("kind").equals("message"))
        .map(message -> message.get("data").replaceAll(".*\"data\":(\\d+)}", "$1"))
        .map(Integer::valueOf)
        .toList();
  }

  private void awaitNumbers(int from, int to) {
    List<Integer> wanted = IntStream.range(from, to).boxed().toList();
    await().until(() -> numbers().size() >= wanted.size());
    assertThat(numbers()).isEqualTo(wanted);
  }

  private long number(String script) {
    return (Long) browser.executeScript("return " + script);
  }

  @Test
  void resumesThroughRestartsOfTheServiceAndOfRedis() {
    post(0, 10);
    listen("/streams/orders/feed?cursor=earliest");
    awaitNumbers(0, 10);
    await().until(() -> kinds().contains("caught-up"));
    post(10, 20);
    awaitNumbers(0, 20);

    service.stop();
    service.startAgain();
    post(20, 30);
    awaitNumbers(0, 30);

    service.kill();
    service.startAgain();
    post(30, 40);
    awaitNumbers(0, 40);

    redis.restart();
    post(40, 50);
    awaitNumbers(0, 50);

    redis.kill();
    redis.startAgain();
    post(50, 60);
    awaitNumbers(0, 60);
    assertThat(kinds()).doesNotContain("reset");
    assertThat(number("opens")).isGreaterThanOrEqualTo(3);
    assertThat(number("source.readyState")).isEqualTo(1);
  }

  @Test
  void waitsForARedisThatIsAwayAndGoesOn() {
    post(0, 5);
    listen("/streams/orders/feed?cursor=earliest");
    awaitNumbers(0, 5);
    redis.stop();
    service.stop();
    service.startAgain();
    await().until(() -> kinds().contains("unavailable"));
    redis.startAgain();
    service.awaitReady();
    post(5, 10);
    awaitNumbers(0, 10);
    assertThat(kinds()).doesNotContain("reset");
  }

  @Test
  void aHeartbeatMovesTheLastEventIdOn() {
    post(0, 2);
    listen("/streams/orders/feed?cursor=earliest&subject=nobody");
    await().until(() -> kinds().contains("caught-up"));
    post(2, 20);
    FeedClient probe =
        FeedClient.open(service.port(), "/streams/orders/feed?cursor=earliest", null);
    await().until(() -> probe.messages("message").size() == 20);
    String last = probe.messages("message").getLast().id();
    probe.close();
    FeedClient filtered =
        FeedClient.open(service.port(), "/streams/orders/feed?subject=nobody", null);
    await().until(() -> filtered.lastEventId().equals(last));
    // The browser's heartbeats come as often as this reader's.
    int lines = filtered.lines().size();
    await().until(() -> filtered.lines().size() > lines + 6);
    filtered.close();
    // What id it has can only be seen by what it gets for it: the log is trimmed up to the last
    // event, so that any older id would be a reset.
    String position = Cursor.parse(last).positions().getFirst().toString();
    redis.ask("HSET", "ps:{orders/0}:log", "trimmed", position);
    redis.ask("XTRIM", "ps:{orders/0}:events", "MAXLEN", 0);
    service.stop();
    service.startAgain();
    await().until(() -> number("opens") == 2);
    await().until(() -> kinds().stream().filter("caught-up"::equals).count() == 2);
    assertThat(kinds()).doesNotContain("reset", "message");
  }

  @Test
  void aForeignIdIsAResetInTheStreamAndNotTheEnd() {
    post(0, 5);
    listen("/streams/orders/feed?cursor=earliest");
    awaitNumbers(0, 5);
    redis.flush();
    service.stop();
    service.startAgain();
    post(10, 15);
    await().until(() -> numbers().size() >= 10);
    assertThat(numbers())
        .isEqualTo(
            Stream.concat(IntStream.range(0, 5).boxed(), IntStream.range(10, 15).boxed()).toList());
    assertThat(seen().stream().filter(message -> message.get("kind").equals("reset")))
        .hasSize(1)
        .allMatch(message -> message.get("data").equals("{\"reason\":\"new-life\"}"));
  }
}
