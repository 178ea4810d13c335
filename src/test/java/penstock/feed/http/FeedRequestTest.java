package penstock.feed.http;

import static org.assertj.core.api.Assertions.assertThat;
import static penstock.Patience.await;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.RestAssured;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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

/** What clients send that are no browsers, and what they can bear. */
@QuarkusTest
@WithTestResource(RedisResource.class)
@TestProfile(FeedRequestTest.Settings.class)
class FeedRequestTest {

  public static final class Settings implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of(
          "penstock.feed.heartbeat", "200ms",
          "penstock.feed.drain-time", "0s",
          "penstock.streams.orders.partitions", "1",
          "penstock.streams.clicks.partitions", "2",
          "penstock.views.counts.stream", "orders",
          "penstock.views.counts.fold", "count",
          "penstock.views.counts.key", "type");
    }
  }

  private static final StreamName ORDERS = new StreamName("orders");

  @TestHTTPResource URI base;
  @Inject LogWriter writer;

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

  private List<String> append(int count) {
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      ids.add("%x-%d".formatted(System.nanoTime(), i));
    }
    writer.append(ORDERS, ids.toArray(String[]::new));
    return ids;
  }

  /** What is between blank lines, without comments: what some clients take for an event each. */
  private static List<List<String>> blocks(List<String> lines) {
    List<List<String>> blocks = new ArrayList<>();
    List<String> block = new ArrayList<>();
    for (String line : lines) {
      if (line.isEmpty()) {
        blocks.add(List.copyOf(block));
        block.clear();
      } else if (!line.startsWith(":")) {
        block.add(line);
      }
    }
    return blocks;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/streams/orders/feed?",
        "/streams/clicks/feed?subject=nobody&",
        "/views/counts/feed?",
        "/feed?stream=orders&stream=clicks&view=counts&"
      })
  void noBlockIsWithoutDataWhereHeartbeatsAreComments(String feed) {
    FeedClient client = readers.open(feed + "heartbeat=comment", null);
    await().until(() -> client.lines().stream().filter(":"::equals).count() > 6);
    append(1);
    await().until(() -> client.lines().stream().filter(":"::equals).count() > 9);
    client.leave();

    assertThat(client.header("content-type")).isEqualTo("text/event-stream;charset=UTF-8");
    List<List<String>> blocks = blocks(client.lines());
    assertThat(blocks)
        .isNotEmpty()
        .allSatisfy(block -> assertThat(block).anyMatch(line -> line.startsWith("data: ")));
    assertThat(blocks.getFirst()).anyMatch(line -> line.startsWith("retry: "));
  }

  @Test
  void theTimeToReconnectComesWithTheFirstData() {
    FeedClient client = readers.live("/streams/orders/feed", null);
    client.leave();
    assertThat(client.lines().getFirst()).isEqualTo(":");
    assertThat(blocks(client.lines()).getFirst())
        .anyMatch(line -> line.startsWith("retry: "))
        .anyMatch(line -> line.startsWith("data: "));
  }

  @ParameterizedTest
  @CsvSource({
    "/streams/orders/feed, ''",
    "/streams/orders/feed, 'cursor=latest&'",
    "/feed, 'stream=orders&'",
    "/feed, 'stream=orders&cursor=latest&'"
  })
  void theLastIdMayBeAParameter(String feed, String query) {
    FeedClient client = readers.live(feed + "?" + query, null);
    client.leave();
    List<String> missed = append(3);

    FeedClient again =
        readers.live(feed + "?" + query + "lastEventId=" + client.lastEventId(), null);

    assertThat(again.ids()).isEqualTo(missed);
    // as one that was reconnected by hand, whose address has that of the connection before
    FeedClient twice =
        readers.live(
            "%s?%slastEventId=%s&lastEventId=%s"
                .formatted(feed, query, client.lastEventId(), again.lastEventId()),
            null);
    assertThat(twice.ids()).isEmpty();
  }

  @Test
  void theLastIdOfAViewMayBeAParameter() {
    FeedClient client = readers.live("/views/counts/feed", null);
    FeedClient again = readers.live("/views/counts/feed?lastEventId=" + client.lastEventId(), null);
    assertThat(again.messages("snapshot")).isEmpty();
    assertThat(again.messages("reset")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"/streams/orders/feed?", "/feed?stream=orders&", "/views/counts/feed?"})
  void theHeaderBeatsTheParameter(String feed) {
    FeedClient client = readers.live(feed, null);
    FeedClient again = readers.live(feed + "lastEventId=nonsense", client.lastEventId());
    assertThat(again.messages("reset")).isEmpty();
    FeedClient foreign = readers.live(feed + "lastEventId=nonsense", null);
    assertThat(foreign.status()).isEqualTo(200);
    assertThat(foreign.messages("reset")).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/streams/orders/feed?",
        "/views/counts/feed?",
        "/feed?stream=orders&",
      })
  void aHeartbeatOfNoKindIsRefused(String feed) {
    for (String wrong : List.of("heartbeat=", "heartbeat=none", "heartbeat=id&heartbeat=id")) {
      Response response = RestAssured.get(feed + wrong);
      assertThat(response.statusCode()).isEqualTo(400);
      assertThat(response.jsonPath().getString("errors[0].attribute")).isEqualTo("heartbeat");
      assertThat(RestAssured.head(feed + wrong).statusCode()).isEqualTo(400);
    }
    assertThat(RestAssured.head(feed + "heartbeat=comment&lastEventId=x").statusCode())
        .isEqualTo(200);
  }
}
