package penstock;

import static org.assertj.core.api.Assertions.assertThat;
import static penstock.Patience.await;
import static penstock.Requests.given;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import penstock.feed.FeedClient;

/** The packaged service behind nginx, configured by the file that is recommended. */
class NginxIT extends BrowserFixture {

  private static final Path PAGE = Path.of("docs", "proxies.md");

  /** The example of {@link #PAGE} that survives a 502. */
  private static final Pattern TWO_LINES =
      Pattern.compile("```js\\n([^`]*readyState === EventSource.CLOSED[^`]*)```");

  private static final String AGAIN = "error_page 502 503 504 =200 @again;";
  private static final String TIMEOUT = "proxy_read_timeout 60s;";
  private static final String FEED = "/streams/orders/feed";

  private @Nullable Nginx nginx;

  @BeforeEach
  void startService() throws IOException {
    Nginx.assumeInstalled();
    start(
        Map.of(
            "penstock.streams.orders.partitions", "1",
            "penstock.feed.heartbeat", "500ms",
            "penstock.feed.retry", "200ms",
            "penstock.feed.drain-time", "0s"));
  }

  @AfterEach
  void stopNginx() {
    if (nginx != null) {
      nginx.close();
    }
  }

  private Nginx before(UnaryOperator<String> change) throws IOException {
    Nginx started = Nginx.start(directory.resolve("nginx"), service.port(), change);
    nginx = started;
    return started;
  }

  private void post(Nginx nginx, int number) {
    String event =
        "{\"specversion\":\"1.0\",\"id\":\"%d\",\"source\":\"/shop\",\"type\":\"order.placed\"}"
            .formatted(number);
    given()
        .contentType("application/cloudevents+json")
        .body(event)
        .post(nginx.uri() + "/streams/orders/events")
        .then()
        .statusCode(201);
  }

  @Test
  void anEventIsSeenAtOnceAndAReaderGoesOnWhereItWas() throws IOException {
    Nginx nginx = before(file -> file);
    try (FeedClient reader = FeedClient.open(nginx.port(), FEED, null)) {
      await().until(() -> !reader.messages("caught-up").isEmpty());
      post(nginx, 1);
      await().until(() -> reader.ids().size() == 1);
      String id = reader.messages("message").getFirst().id();
      post(nginx, 2);
      post(nginx, 3);
      try (FeedClient again = FeedClient.open(nginx.port(), FEED, id)) {
        await().until(() -> !again.messages("caught-up").isEmpty());
        assertThat(again.ids()).containsExactly("2", "3");
        assertThat(again.messages("reset")).isEmpty();
      }
    }
  }

  @Test
  void quietForLongerThanItsTimeOutAReaderStays() throws IOException {
    Nginx nginx = before(file -> Nginx.replace(file, TIMEOUT, TIMEOUT.replace("60s", "2s")));
    try (FeedClient reader = FeedClient.open(nginx.port(), FEED, null)) {
      await().until(() -> !reader.messages("caught-up").isEmpty());
      int before = reader.lines().size();
      // heartbeats of five seconds, of two lines at least each
      await().until(() -> reader.hasEnded() || reader.lines().size() > before + 20);
      post(nginx, 1);
      await().until(() -> reader.hasEnded() || reader.ids().size() == 1);
      assertThat(reader.hasEnded()).isFalse();
    }
  }

  @Test
  void theLongestIdPassesInAHeaderAndInTheQuery() throws IOException {
    Nginx nginx = before(file -> file);
    String id = "x".repeat(75_000);
    try (FeedClient reader = FeedClient.open(nginx.port(), FEED, id)) {
      await().until(() -> !reader.messages("reset").isEmpty());
    }
    try (FeedClient reader = FeedClient.open(nginx.port(), FEED + "?lastEventId=" + id, null)) {
      await().until(() -> !reader.messages("reset").isEmpty());
    }
  }

  /** While the service is away, nginx answers in its place. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void anEventSourceComesBackAfterARestart(boolean again) throws IOException {
    Nginx nginx = before(file -> again ? file : Nginx.replace(file, AGAIN, ""));
    browser.get(nginx.uri() + "/q/health/live");
    browser.executeScript(
        """
        window.seen = [];
        window.plain = new EventSource('%s');
        plain.seen = [];
        plain.onmessage = e => plain.seen.push(JSON.parse(e.data).id);
        plain.addEventListener('caught-up', () => plain.live = true);
        const show = data => seen.push(JSON.parse(data).id);
        %s
        """
            .formatted(FEED, twoLines()));
    await().until(() -> Boolean.TRUE.equals(browser.executeScript("return plain.live === true")));
    post(nginx, 1);
    awaitSeen("seen", "[\"1\"]");
    awaitSeen("plain.seen", "[\"1\"]");
    service.stop();
    if (!again) {
      await().until(() -> script("plain.readyState").equals("2"));
    }
    service.startAgain();
    service.awaitReady();
    post(nginx, 2);
    post(nginx, 3);
    awaitSeen("seen", "[\"1\",\"2\",\"3\"]");
    if (again) {
      awaitSeen("plain.seen", "[\"1\",\"2\",\"3\"]");
    } else {
      assertThat(script("plain.readyState")).isEqualTo("2");
      assertThat(script("plain.seen")).isEqualTo("[\"1\"]");
    }
  }

  private static String twoLines() throws IOException {
    Matcher example = TWO_LINES.matcher(Files.readString(PAGE));
    assertThat(example.find()).isTrue();
    return example.group(1);
  }

  private void awaitSeen(String name, String ids) {
    await().until(() -> script(name).equals(ids));
  }

  private String script(String expression) {
    return String.valueOf(browser.executeScript("return JSON.stringify(" + expression + ")"));
  }
}
