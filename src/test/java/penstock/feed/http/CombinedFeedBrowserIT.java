package penstock.feed.http;

import static io.restassured.RestAssured.get;
import static org.assertj.core.api.Assertions.assertThat;
import static penstock.Patience.await;
import static penstock.Requests.given;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import penstock.BrowserFixture;

/**
 * More feeds than a browser opens connections to an origin over HTTP/1.1, for one page as for all
 * tabs together: with an {@code EventSource} each, and through few.
 */
class CombinedFeedBrowserIT extends BrowserFixture {

  private static final int STREAMS = 8;
  private static final int CONNECTIONS = 6;

  /** As many as leave a connection for the page's other requests. */
  private static final int SOURCES = CONNECTIONS - 1;

  /**
   * Notes what each EventSource dispatches. A view's feed begins anew after a restart of Redis; a
   * stream's must not.
   */
  private static final String LISTEN =
      """
      window.sources = arguments[0].map(url => {
        const one = {source: new EventSource(url), numbers: {}, entries: {}, resets: 0};
        one.source.onmessage = e => {
          const data = JSON.parse(e.data);
          const event = data.event ?? data;
          (one.numbers[event.source] ??= []).push(event.data.number);
        };
        one.source.addEventListener('snapshot', e => {
          one.entries = {};
          JSON.parse(e.data).entries.forEach(({key, value}) => one.entries[key] = value);
        });
        one.source.addEventListener('change', e => {
          const {key, value} = JSON.parse(e.data);
          one.entries[key] = value;
        });
        one.source.addEventListener('reset', e => {
          if (!('view' in JSON.parse(e.data))) {
            one.resets++;
          }
        });
        return one;
      });
      """;

  @BeforeEach
  void start() throws IOException {
    Map<String, String> settings = new TreeMap<>();
    settings.put("penstock.feed.heartbeat", "300ms");
    settings.put("penstock.feed.retry", "400ms");
    settings.put("penstock.feed.drain-time", "500ms");
    for (int i = 0; i < STREAMS; i++) {
      settings.put("penstock.streams." + stream(i) + ".partitions", i == 0 ? "3" : "1");
    }
    settings.put("penstock.views.last.stream", stream(1));
    settings.put("penstock.views.last.fold", "merge");
    start(settings, "--appendfsync", "always");
    browser.get(service.uri() + "/q/health/live");
  }

  private static String stream(int number) {
    return "s" + number;
  }

  /** Appends the same numbers to each stream, all under one key, so that they are in order. */
  private void post(int from, int to) {
    for (int i = 0; i < STREAMS; i++) {
      String stream = stream(i);
      String batch =
          IntStream.range(from, to)
              .mapToObj(
                  n ->
                      """
                      {"specversion":"1.0","id":"%d","source":"/%s","type":"counted","subject":"k","data":{"number":%d}}
                      """
                          .formatted(n, stream, n))
              .collect(Collectors.joining(",", "[", "]"));
      await()
          .ignoreExceptions()
          .until(
              () ->
                  given()
                          .contentType("application/cloudevents-batch+json")
                          .body(batch)
                          .post(service.uri() + "/streams/" + stream + "/events")
                          .statusCode()
                      < 300);
    }
  }

  private void listen(List<String> urls) {
    browser.executeScript(LISTEN, urls);
  }

  private String told(int source) {
    return (String)
        browser.executeScript(
            "const {numbers, entries, resets} = sources[arguments[0]];"
                + "return JSON.stringify([Object.keys(numbers).sort().map(k => [k, numbers[k]]), entries, resets]);",
            source);
  }

  /** All numbers of all streams, each once and in order, and the view as it then is. */
  private static String everything(int to) {
    String numbers =
        IntStream.range(0, to)
            .mapToObj(Integer::toString)
            .collect(Collectors.joining(",", "[", "]"));
    String streams =
        IntStream.range(0, STREAMS)
            .mapToObj(i -> "[\"/%s\",%s]".formatted(stream(i), numbers))
            .collect(Collectors.joining(",", "[", "]"));
    return "[%s,{\"k\":{\"number\":%d}},0]".formatted(streams, to - 1);
  }

  private void awaitEverything(int to) {
    for (int source = 0; source < SOURCES; source++) {
      int one = source;
      String wanted = everything(to);
      await().until(() -> told(one).length() >= wanted.length() && told(one).equals(wanted));
    }
  }

  @Test
  void moreFeedsThanConnectionsArriveThroughFewAndGoOnAfterRestarts() {
    post(0, 5);
    String all =
        IntStream.range(0, STREAMS)
            .mapToObj(i -> "stream=" + stream(i))
            .collect(Collectors.joining("&", "/feed?", "&view=last&cursor=earliest"));
    await().until(() -> get(service.uri() + "/views/last/entries/k").statusCode() == 200);
    listen(IntStream.range(0, SOURCES).mapToObj(i -> all).toList());
    awaitEverything(5);
    post(5, 20);
    awaitEverything(20);

    service.stop();
    service.startAgain();
    post(20, 30);
    awaitEverything(30);

    service.kill();
    service.startAgain();
    post(30, 40);
    awaitEverything(40);

    redis.kill();
    redis.startAgain();
    post(40, 50);
    awaitEverything(50);
    assertThat(
            browser.executeAsyncScript(
                "const done = arguments[0]; fetch('/streams').then(r => done(r.status));"))
        .isEqualTo(200L);
  }

  @Test
  void anEventSourceForEachFeedBlocksThoseBeyondTheBrowsersConnections() {
    post(0, 1);
    listen(
        IntStream.range(0, STREAMS)
            .mapToObj(i -> "/streams/" + stream(i) + "/feed?cursor=earliest")
            .toList());
    await().until(() -> open() == CONNECTIONS);
    post(1, 2);
    await().until(() -> having(2) == CONNECTIONS);
    assertThat(open()).isEqualTo(CONNECTIONS);
    assertThat(having(0)).isEqualTo(STREAMS);
    assertThat(having(1)).isEqualTo(CONNECTIONS);
  }

  private int open() {
    return number("sources.filter(one => one.source.readyState === 1).length");
  }

  /** How many have got so many events at least. */
  private int having(int events) {
    return number(
        "sources.filter(one => (Object.values(one.numbers)[0] ?? []).length >= "
            + events
            + ").length");
  }

  private int number(String script) {
    return ((Long) browser.executeScript("return " + script)).intValue();
  }
}
