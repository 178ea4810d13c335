package penstock.feed.http;

import static org.assertj.core.api.Assertions.assertThat;
import static penstock.Patience.await;

import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.RestAssured;
import io.vertx.core.json.JsonObject;
import jakarta.inject.Inject;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.hamcrest.Matchers;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import penstock.Meters;
import penstock.feed.FeedClient;
import penstock.feed.FeedReaders;
import penstock.redis.RedisResource;
import penstock.redis.RedisServer;
import penstock.stream.Partition;
import penstock.stream.StreamName;
import penstock.stream.log.LogWriter;

/** Several feeds over one connection. An event's id is {@code <stream>/<partition>/<number>}. */
@QuarkusTest
@WithTestResource(
    value = RedisResource.class,
    initArgs = @ResourceArg(name = "options", value = "--databases 3 --appendfsync always"))
@TestProfile(CombinedFeedResourceTest.Settings.class)
class CombinedFeedResourceTest {

  public static final class Settings implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.ofEntries(
          Map.entry("penstock.streams.auto-create", "false"),
          Map.entry("penstock.feed.heartbeat", "300ms"),
          Map.entry("penstock.feed.history-events", "64"),
          Map.entry("penstock.feed.drain-time", "0s"),
          Map.entry("penstock.feed.max-combined", "6"),
          Map.entry("penstock.feed.max-subscribers", "40"),
          Map.entry("penstock.streams.orders.partitions", "1"),
          Map.entry("penstock.streams.clicks.partitions", "3"),
          Map.entry("penstock.streams.carts.partitions", "1"),
          Map.entry("penstock.views.carts.stream", "carts"),
          Map.entry("penstock.views.carts.fold", "merge"),
          Map.entry("penstock.views.counts.stream", "orders"),
          Map.entry("penstock.views.counts.fold", "count"),
          Map.entry("penstock.views.counts.key", "type"));
    }
  }

  private static final String ALL = "/feed?stream=orders&stream=clicks&view=carts";
  private static final Map<String, Integer> PARTITIONS = Map.of("orders", 1, "clicks", 3);

  RedisServer redis;
  @TestHTTPResource URI base;
  @Inject LogWriter writer;

  private FeedReaders readers;

  /** What this test appended, by stream and partition. */
  private final Map<String, List<String>> appended = new TreeMap<>();

  @BeforeEach
  void connect() {
    readers = new FeedReaders(base);
    writer.awaitLink();
    for (String view : List.of("carts", "counts")) {
      await().until(() -> RestAssured.get("/views/" + view + "/entries").statusCode() == 200);
    }
  }

  @AfterEach
  void leave() {
    readers.close();
  }

  private FeedClient open(String path, @Nullable String lastEventId) {
    return readers.open(path, lastEventId);
  }

  private FeedClient live(String path, @Nullable String lastEventId, int feeds) {
    return readers.live(path, lastEventId, 0, feeds);
  }

  private void append(String stream, int count) {
    for (int p = 0; p < PARTITIONS.get(stream); p++) {
      List<String> known = appended.computeIfAbsent(stream + "/" + p, absent -> new ArrayList<>());
      String prefix = "%s/%d/%x-".formatted(stream, p, System.nanoTime());
      List<String> ids = IntStream.range(0, count).mapToObj(i -> prefix + i).toList();
      writer.append(
          new Partition(new StreamName(stream), p),
          ids.stream().map(id -> LogWriter.event(id, id.endsWith("7") ? "seventh" : "x")).toList());
      known.addAll(ids);
    }
  }

  private void put(String key, int value) {
    writer.append(
        new StreamName("carts"),
        List.of(
            LogWriter.event(
                "cart-" + System.nanoTime(), key, "cart", "{\"value\":%d}".formatted(value))));
  }

  private int total() {
    return appended.values().stream().mapToInt(List::size).sum();
  }

  /** The events of all streams, each under its stream and partition. */
  private static Map<String, List<String>> events(Stream<FeedClient.Message> messages) {
    return messages
        .filter(message -> message.event().equals("message"))
        .map(message -> new JsonObject(message.data()))
        .peek(
            data ->
                assertThat(data.getJsonObject("event").getString("id"))
                    .startsWith(data.getString("stream") + "/"))
        .map(data -> data.getJsonObject("event").getString("id"))
        .collect(
            Collectors.groupingBy(
                id -> id.substring(0, id.lastIndexOf('/')), TreeMap::new, Collectors.toList()));
  }

  private void awaitAll(FeedClient client) {
    await().until(() -> client.messages("message").size() >= total());
    assertThat(events(client.messages().stream())).isEqualTo(appended);
  }

  /** What the messages make of a view. */
  private static Map<String, Object> entries(Stream<FeedClient.Message> messages, String view) {
    Map<String, Object> entries = new TreeMap<>();
    messages.forEach(
        message -> {
          JsonObject data = new JsonObject(message.data());
          if (!view.equals(data.getString("view"))) {
            return;
          }
          switch (message.event()) {
            case "reset" -> entries.clear();
            case "snapshot" ->
                data.getJsonArray("entries").stream()
                    .map(JsonObject.class::cast)
                    .forEach(entry -> entries.put(entry.getString("key"), entry.getValue("value")));
            case "change" -> entries.put(data.getString("key"), data.getValue("value"));
            default -> {}
          }
        });
    return entries;
  }

  private static List<JsonObject> data(FeedClient client, String event) {
    return client.messages(event).stream().map(one -> new JsonObject(one.data())).toList();
  }

  @Test
  void eachMessageSaysWhereItComesFrom() {
    put("first", 1);
    FeedClient single = open("/streams/orders/feed", null);
    await().until(() -> !single.messages("caught-up").isEmpty());
    FeedClient client = live(ALL, null, 3);
    assertThat(data(client, "caught-up"))
        .containsExactlyInAnyOrder(
            new JsonObject("{\"stream\":\"orders\"}"),
            new JsonObject("{\"stream\":\"clicks\"}"),
            new JsonObject("{\"view\":\"carts\"}"));
    assertThat(client.messages("snapshot")).isNotEmpty();
    assertThat(client.messages("snapshot").getFirst().data())
        .startsWith("{\"view\":\"carts\",\"entries\":[");
    append("orders", 3);
    append("clicks", 3);
    put("second", 2);
    awaitAll(client);
    await().until(() -> single.messages("message").size() == 3);
    assertThat(
            client.messages("message").stream()
                .map(FeedClient.Message::data)
                .filter(data -> data.contains("\"orders\""))
                .toList())
        .isEqualTo(
            single.messages("message").stream()
                .map(message -> "{\"stream\":\"orders\",\"event\":" + message.data() + "}")
                .toList());
    await()
        .until(
            () ->
                client.messages("change").stream()
                    .anyMatch(
                        change ->
                            change
                                .data()
                                .equals(
                                    "{\"view\":\"carts\",\"key\":\"second\",\"value\":{\"value\":2}}")));
    assertThat(client.header("content-type")).startsWith("text/event-stream");
    assertThat(client.lastEventId()).matches("2(\\.[A-Za-z0-9_-]+){3}");
  }

  @Test
  void everyIdIsAPlaceToGoOnFromInEveryFeed() {
    FeedClient client = live(ALL, null, 3);
    for (int round = 0; round < 20; round++) {
      append("orders", 4);
      append("clicks", 3);
      put("k" + round % 5, round);
    }
    awaitAll(client);
    awaitValue(client, "k4", 19);
    Map<String, Object> now = entries(client.messages().stream(), "carts");
    List<FeedClient.Message> all = List.copyOf(client.messages());
    for (int cut = 4; cut < all.size(); cut += all.size() / 12) {
      List<FeedClient.Message> seen = all.subList(0, cut);
      String id = all.get(cut - 1).id();
      FeedClient again = cut % 2 == 0 ? live(ALL, id, 3) : live(ALL + "&cursor=" + id, null, 3);
      int left = total() - events(seen.stream()).values().stream().mapToInt(List::size).sum();
      await().until(() -> again.messages("message").size() >= left);
      assertThat(events(Stream.concat(seen.stream(), again.messages().stream())))
          .isEqualTo(appended);
      await()
          .until(
              () ->
                  entries(Stream.concat(seen.stream(), again.messages().stream()), "carts")
                      .equals(now));
      assertThat(again.messages("reset")).isEmpty();
      again.close();
    }
  }

  private static void awaitValue(FeedClient client, String key, int value) {
    await()
        .until(
            () ->
                new JsonObject()
                    .put("value", value)
                    .equals(entries(client.messages().stream(), "carts").get(key)));
  }

  @Test
  void aFeedThatJoinsBeginsAsTheRequestSaysAndTheOthersGoOn() {
    append("orders", 5);
    String id = live("/feed?stream=orders", null, 1).lastEventId();
    append("orders", 2);
    append("clicks", 2);
    FeedClient client = live("/feed?stream=orders&stream=clicks&cursor=earliest", id, 2);
    Map<String, List<String>> seen = events(client.messages().stream());
    assertThat(seen.get("orders/0")).isEqualTo(appended.get("orders/0").subList(5, 7));
    assertThat(seen.get("clicks/0")).endsWith(appended.get("clicks/0").toArray(String[]::new));
    // and one that leaves takes its place with it
    FeedClient without = live("/feed?stream=clicks&cursor=earliest", id, 1);
    assertThat(events(without.messages().stream()))
        .containsOnlyKeys("clicks/0", "clicks/1", "clicks/2");
  }

  @Test
  void anIdOfSomethingElseIsAResetOfEachFeed() {
    append("orders", 3);
    String single = single("/streams/orders/feed");
    for (String id : List.of("nonsense", single, "2.nonsense", "2." + single + ".")) {
      FeedClient client = live(ALL, id, 3);
      assertThat(client.status()).isEqualTo(200);
      assertThat(data(client, "reset"))
          .containsExactlyInAnyOrder(
              new JsonObject("{\"stream\":\"orders\",\"reason\":\"foreign\"}"),
              new JsonObject("{\"stream\":\"clicks\",\"reason\":\"foreign\"}"),
              new JsonObject("{\"view\":\"carts\",\"reason\":\"foreign\"}"));
      assertThat(events(client.messages().stream()).get("orders/0"))
          .endsWith(appended.get("orders/0").toArray(String[]::new));
      client.close();
    }
  }

  private String single(String path) {
    FeedClient client = open(path, null);
    await().until(() -> !client.lastEventId().isEmpty());
    return client.lastEventId();
  }

  @Test
  void filtersAreForAllStreamsAndKeysForAllViews() {
    FeedClient client = live(ALL + "&view=counts&subject=seventh&key=wanted", null, 4);
    append("orders", 10);
    append("clicks", 10);
    put("unwanted", 1);
    put("wanted", 1);
    await().until(() -> client.messages("message").size() >= 4);
    await().until(() -> !client.messages("change").isEmpty());
    assertThat(client.messages("message"))
        .hasSize(4)
        .allMatch(message -> message.data().contains("\"subject\":\"seventh\""));
    assertThat(client.messages("change"))
        .allMatch(message -> message.data().contains("\"key\":\"wanted\""));
  }

  @Test
  void heartbeatsMoveTheIdOnInEachFeed() {
    FeedClient client = live("/feed?stream=orders&stream=clicks&subject=nobody", null, 2);
    append("orders", 5);
    append("clicks", 5);
    FeedClient probe = live("/feed?stream=orders&stream=clicks", null, 2);
    await().until(() -> client.lastEventId().equals(probe.lastEventId()));
    assertThat(client.messages("message")).isEmpty();
  }

  @Test
  void beginsByTime() {
    append("orders", 1);
    append("clicks", 1);
    assertThat(live(ALL + "&since=2999-01-01T00:00:00Z", null, 3).messages("message")).isEmpty();
    assertThat(
            events(live(ALL + "&since=2001-01-01T00:00:00Z", null, 3).messages().stream())
                .get("orders/0"))
        .endsWith(appended.get("orders/0").toArray(String[]::new));
  }

  @Test
  void aSlowReaderIsLateInEachFeedAndLosesNothing() {
    FeedClient client = readers.live("/feed?stream=orders&stream=clicks", null, 4_096, 2);
    client.pause();
    for (int i = 0; i < 30; i++) {
      append("orders", 100);
      append("clicks", 30);
    }
    client.resume();
    awaitAll(client);
    assertThat(client.messages("reset")).isEmpty();
  }

  @Test
  void whenOneFeedEndsAllDoAndNothingIsLeft() {
    await().until(() -> Meters.read("penstock_feed_subscribers") == 0);
    live(ALL, null, 3).close();
    redis.kill();
    try {
      await().until(() -> !writer.link().isUp());
      FeedClient client = open(ALL, null);
      await().until(client::hasEndedNormally);
      assertThat(client.status()).isEqualTo(200);
      assertThat(client.messages("unavailable")).isNotEmpty();
      assertThat(client.retry()).isNotNull();
    } finally {
      redis.startAgain();
      writer.awaitLink();
    }
    await().until(() -> Meters.read("penstock_feed_subscribers") == 0);
  }

  /** Or whoever leaves between the first message of one feed and that of another loses a place. */
  @Test
  void eachIdOfOneWhoResumedTellsOfAllFeeds() {
    append("orders", 3);
    append("clicks", 3);
    String last = live(ALL + "&cursor=earliest", null, 3).lastEventId();
    assertThat(last.split("\\.")).hasSize(4);
    FeedClient again = live(ALL, last, 3);
    assertThat(again.lines().stream().filter(line -> line.startsWith("id: ")))
        .isNotEmpty()
        .allSatisfy(line -> assertThat(line.split("\\.")).hasSize(4));
  }

  @Test
  void eachFeedCountsAsAReader() {
    await().until(() -> Meters.read("penstock_feed_subscribers") == 0);
    for (int readers = 3; readers <= 39; readers += 3) {
      live(ALL, null, 3);
      int wanted = readers;
      await().until(() -> Meters.read("penstock_feed_subscribers") == wanted);
    }
    FeedClient refused = open(ALL, null);
    await().until(refused::hasEndedNormally);
    assertThat(refused.messages("unavailable").getFirst().data())
        .contains("\"reason\":\"too-busy\"");
    FeedClient last = open("/feed?stream=orders", null);
    await().until(() -> !last.messages("caught-up").isEmpty());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "?cursor=earliest",
        "?stream=",
        "?stream=Orders",
        "?stream=orders&cursor=nonsense",
        "?stream=orders&cursor=",
        "?stream=orders&cursor=AZ4hLd-L_gGDCZ6Lpom_aAA",
        "?stream=orders&cursor=latest&cursor=latest",
        "?stream=orders&cursor=latest&since=2001-01-01T00:00:00Z",
        "?stream=orders&filter=nonsense",
        "?stream=a&stream=b&stream=c&stream=d&stream=e&stream=f&view=carts"
      })
  void aWrongRequestIsAProblem(String query) {
    RestAssured.get("/feed" + query).then().statusCode(400).contentType("application/problem+json");
    RestAssured.head("/feed" + query).then().statusCode(400);
  }

  @ParameterizedTest
  @CsvSource({
    "?stream=orders&stream=none, unknown-stream",
    "?stream=orders&view=none, unknown-view"
  })
  void whatDoesNotExistIsAProblem(String query, String problem) {
    RestAssured.get("/feed" + query)
        .then()
        .statusCode(404)
        .body("type", Matchers.equalTo("urn:penstock:problem:" + problem));
    RestAssured.head("/feed" + query).then().statusCode(404);
  }

  @Test
  void headAndOptions() {
    RestAssured.head(ALL)
        .then()
        .statusCode(200)
        .header("Content-Type", Matchers.startsWith("text/event-stream"));
    RestAssured.options("/feed").then().statusCode(204).header("Allow", "GET, HEAD, OPTIONS");
  }
}
