package penstock.feed.view;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static penstock.Patience.await;
import static penstock.Requests.awaitApplied;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.redis.client.Command;
import jakarta.inject.Inject;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import penstock.feed.FeedClient;
import penstock.feed.FeedReaders;
import penstock.redis.Keys;
import penstock.redis.RedisResource;
import penstock.redis.RedisServer;
import penstock.stream.log.LogWriter;
import penstock.view.ViewName;
import penstock.view.Views;

/** View feeds as clients see them, worked by the service's own workers. */
@QuarkusTest
@WithTestResource(RedisResource.class)
@TestProfile(ViewFeedsTest.Settings.class)
class ViewFeedsTest {

  public static final class Settings implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.ofEntries(
          Map.entry("penstock.projection.lease", "1s"),
          Map.entry("penstock.projection.changes.max-keys", "50"),
          Map.entry("penstock.feed.heartbeat", "300ms"),
          Map.entry("penstock.feed.history-events", "16"),
          Map.entry("penstock.feed.replay-size", "4K"),
          Map.entry("penstock.feed.drain-time", "0s"),
          Map.entry("penstock.streams.carts.partitions", "1"),
          Map.entry("penstock.views.carts.stream", "carts"),
          Map.entry("penstock.views.carts.fold", "merge"),
          Map.entry("penstock.views.carts.deletes", "cart.deleted"),
          Map.entry("penstock.streams.clicks.partitions", "3"),
          Map.entry("penstock.views.clicks.stream", "clicks"),
          Map.entry("penstock.views.clicks.fold", "count"),
          Map.entry("penstock.views.clicks.key", "type"));
    }
  }

  private static final AtomicInteger NUMBERS = new AtomicInteger();

  RedisServer redis;
  @TestHTTPResource URI base;
  @Inject Keys keys;
  @Inject LogWriter writer;
  @Inject Views views;

  private FeedReaders readers;

  @BeforeEach
  void open() {
    readers = new FeedReaders(base);
    writer.awaitLink();
  }

  @AfterEach
  void leave() {
    readers.close();
  }

  private FeedClient feed(String path, @Nullable String lastEventId) {
    return readers.open(path, lastEventId);
  }

  private FeedClient live(String path, @Nullable String lastEventId) {
    return readers.live(path, lastEventId);
  }

  private static String key() {
    return "k-" + NUMBERS.incrementAndGet();
  }

  /** Appends, and waits until the view has it. */
  private static void post(String stream, String type, String subject, String data) {
    awaitApplied(stream, append(stream, type, subject, data));
  }

  private static String append(String stream, String type, String subject, String data) {
    return given()
        .contentType("application/cloudevents+json; charset=utf-8")
        .body(
            "{\"specversion\":\"1.0\",\"id\":\"%d\",\"source\":\"/t\",\"type\":\"%s\",\"subject\":\"%s\",\"data\":%s}"
                .formatted(NUMBERS.incrementAndGet(), type, subject, data))
        .post("/streams/" + stream + "/events")
        .then()
        .statusCode(201)
        .extract()
        .path("cursor");
  }

  private static List<JsonObject> changes(FeedClient client, String key) {
    return client.messages("change").stream()
        .map(message -> new JsonObject(message.data()))
        .filter(change -> change.getString("key").equals(key))
        .toList();
  }

  private static List<JsonObject> snapshot(FeedClient client) {
    List<JsonObject> entries = new ArrayList<>();
    for (FeedClient.Message page : client.messages("snapshot")) {
      JsonArray some = new JsonObject(page.data()).getJsonArray("entries");
      some.forEach(entry -> entries.add((JsonObject) entry));
    }
    return entries;
  }

  /**
   * From the append to the reader nothing goes by a message, and nothing is read: that would be 48
   * times. But each view of the instance asks its group with each renewal of its lease, which on a
   * busy machine come many to a test.
   */
  @Test
  void whatNobodyElseFollowsIsPublishedToNobody() {
    String key = key();
    post("carts", "t", key, "{\"n\":0}");
    FeedClient client = live("/views/carts/feed?key=" + key, null);
    post("carts", "t", key, "{\"n\":1}");
    await().until(() -> changes(client, key).size() == 1);
    long published = redis.calls("publish");
    long read = redis.calls("xreadgroup");
    for (int i = 2; i < 50; i++) {
      append("carts", "t", key, "{\"n\":" + i + "}");
      int n = i;
      await().until(() -> changes(client, key).size() == n);
    }
    assertThat(changes(client, key).getLast().getJsonObject("value").getInteger("n")).isEqualTo(49);
    assertThat(redis.calls("publish") - published).isLessThan(10);
    assertThat(redis.calls("xreadgroup") - read).isLessThan(40);
  }

  /** It would have to be held while something is read. */
  @Test
  void whatIsMuchIsNotToldByTheAnswer() {
    String key = key();
    post("carts", "t", key, "{\"text\":\"" + "x".repeat(9_000) + "\"}");
    FeedClient client = live("/views/carts/feed?key=" + key, null);
    long published = redis.calls("publish");
    for (int i = 0; i < 20; i++) {
      append("carts", "t", key, "{\"n\":" + i + "}");
      int n = i;
      await()
          .until(
              () -> {
                List<JsonObject> seen = changes(client, key);
                return !seen.isEmpty()
                    && Integer.valueOf(n)
                        .equals(seen.getLast().getJsonObject("value").getInteger("n"));
              });
    }
    assertThat(redis.calls("publish") - published).isGreaterThanOrEqualTo(20);
  }

  @Test
  void sendsASnapshotAndThenWhatChanges() {
    String one = key();
    post("carts", "cart.made", one, "{\"total\":1.10}");
    FeedClient client = live("/views/carts/feed", null);
    assertThat(client.status()).isEqualTo(200);
    assertThat(client.header("content-type")).isEqualTo("text/event-stream;charset=UTF-8");
    assertThat(client.messages("snapshot"))
        .anyMatch(
            page -> page.data().contains("{\"key\":\"" + one + "\",\"value\":{\"total\":1.10}}"));
    assertThat(client.messages("snapshot").getLast().data()).endsWith("\"complete\":true}");
    assertThat(client.messages("snapshot").getLast().id()).isNotEmpty();

    post("carts", "cart.changed", one, "{\"total\":2.20}");
    await().until(() -> changes(client, one).size() == 1);
    FeedClient.Message change = client.messages("change").getLast();
    assertThat(change.data()).isEqualTo("{\"key\":\"" + one + "\",\"value\":{\"total\":2.20}}");
    assertThat(change.id()).isNotEqualTo(client.messages("snapshot").getLast().id());

    post("carts", "cart.deleted", one, "{}");
    await().until(() -> changes(client, one).size() == 2);
    assertThat(changes(client, one).getLast().getMap()).containsEntry("value", null);
    assertThat(client.messages("caught-up")).hasSize(1);
  }

  @Test
  void sendsALargeSnapshotInPagesInTheOrderOfKeys() {
    String last = "";
    for (int i = 0; i < 40; i++) {
      last = append("carts", "cart.made", "large-" + i, "{\"text\":\"" + "x".repeat(500) + "\"}");
    }
    awaitApplied("carts", last);
    FeedClient client = live("/views/carts/feed", null);
    List<FeedClient.Message> pages = client.messages("snapshot");
    assertThat(pages).hasSizeGreaterThan(3);
    assertThat(pages.subList(0, pages.size() - 1))
        .allMatch(page -> page.id().isEmpty())
        .allMatch(page -> page.data().endsWith("\"complete\":false}"));
    List<String> found = snapshot(client).stream().map(entry -> entry.getString("key")).toList();
    assertThat(found).isSorted().doesNotHaveDuplicates();
    assertThat(found).contains("large-0", "large-39");
  }

  @Test
  void goesOnFromItsLastId() {
    String one = key();
    post("carts", "cart.made", one, "{\"n\":1}");
    FeedClient first = live("/views/carts/feed", null);
    first.leave();
    for (int n = 2; n < 6; n++) {
      post("carts", "cart.changed", one, "{\"n\":" + n + "}");
    }
    FeedClient second = live("/views/carts/feed", first.lastEventId());
    assertThat(second.messages("snapshot")).isEmpty();
    assertThat(second.messages("reset")).isEmpty();
    assertThat(changes(second, one).getLast().getJsonObject("value").getInteger("n")).isEqualTo(5);
    post("carts", "cart.changed", one, "{\"n\":6}");
    await()
        .until(
            () -> changes(second, one).getLast().getJsonObject("value").getInteger("n").equals(6));
    FeedClient third = live("/views/carts/feed?cursor=" + second.lastEventId(), null);
    assertThat(third.messages()).hasSize(1);
  }

  @Test
  void tellsOnlyOfTheWantedKeys() {
    String wanted = key();
    String other = key();
    String absent = key();
    post("carts", "cart.made", wanted, "{\"n\":1}");
    post("carts", "cart.made", other, "{\"n\":1}");
    FeedClient client = live("/views/carts/feed?key=" + wanted + "&key=" + absent, null);
    assertThat(snapshot(client))
        .extracting(entry -> entry.getString("key"))
        .containsExactly(wanted);
    String before = client.lastEventId();
    post("carts", "cart.changed", other, "{\"n\":2}");
    await().until(() -> !client.lastEventId().equals(before));
    assertThat(client.messages("change")).isEmpty();
    post("carts", "cart.made", absent, "{\"n\":3}");
    await().until(() -> changes(client, absent).size() == 1);
    FeedClient again = live("/views/carts/feed?key=" + wanted + "&key=" + absent, before);
    assertThat(again.messages("change"))
        .extracting(message -> new JsonObject(message.data()).getString("key"))
        .containsExactly(absent);
  }

  @Test
  void combinesPartitions() {
    String type = key();
    for (int i = 0; i < 6; i++) {
      post("clicks", type, key(), "1");
    }
    FeedClient client = live("/views/clicks/feed", null);
    assertThat(snapshot(client)).contains(new JsonObject().put("key", type).put("value", 6));
    for (int i = 0; i < 12; i++) {
      append("clicks", type, key(), "1");
    }
    await()
        .until(
            () -> {
              List<JsonObject> found = changes(client, type);
              return !found.isEmpty() && found.getLast().getInteger("value").equals(18);
            });
    assertThat(changes(client, type)).extracting(c -> c.getInteger("value")).isSorted();
  }

  @Test
  void resetsAReaderWhoseChangesWereTrimmed() {
    String one = key();
    post("carts", "cart.made", one, "{\"n\":1}");
    FeedClient first = live("/views/carts/feed", null);
    first.leave();
    String last = "";
    for (int n = 0; n < 60; n++) {
      last = append("carts", "cart.changed", one, "{\"n\":" + (n + 2) + "}");
      append("carts", "cart.changed", key(), "{}");
    }
    awaitApplied("carts", last);
    FeedClient second = live("/views/carts/feed", first.lastEventId());
    assertThat(second.messages("reset").getFirst().data()).contains("trimmed");
    assertThat(snapshot(second))
        .contains(new JsonObject().put("key", one).put("value", new JsonObject().put("n", 61)));
  }

  @Test
  void resetsAReaderWithAForeignId() {
    for (String id : List.of("something", "AZ4hLd-L_gGDCZ6Lpom_aAA")) {
      FeedClient client = live("/views/carts/feed", id);
      assertThat(client.messages().getFirst().data()).contains("foreign");
      assertThat(client.messages().get(1).event()).isEqualTo("snapshot");
    }
  }

  @Test
  void losesNothingWhenAnotherGenerationIsServedForAMoment() {
    String one = key();
    post("carts", "cart.made", one, "{\"n\":1}");
    FeedClient client = live("/views/carts/feed", null);
    var definition = views.find(new ViewName("carts"));
    String own = definition.generation().id();
    // The projection may have its own served again at any moment.
    await()
        .until(
            () -> {
              serve("other-0", "carts 1 merge");
              return given().get("/views/carts").path("generation").equals("other-0");
            });
    serve(own, "carts 1 merge");
    post("carts", "cart.changed", one, "{\"n\":2}");
    await().until(() -> live("/views/carts/feed", null).messages("snapshot").size() > 0);
    await()
        .until(
            () ->
                changes(client, one).stream()
                        .anyMatch(c -> c.getJsonObject("value").getInteger("n").equals(2))
                    || snapshot(client).stream()
                        .anyMatch(
                            c ->
                                c.getString("key").equals(one)
                                    && c.getJsonObject("value").getInteger("n").equals(2)));
  }

  private void serve(String generation, String description) {
    await(writer.link().send(Command.HSET, keys.views(), "carts:" + generation, description));
    await(writer.link().send(Command.HSET, keys.views(), "carts", generation));
  }

  @Test
  void sharesReadsAmongThoseWhoComeTogether() {
    String one = key();
    post("carts", "cart.made", one, "{\"n\":1}");
    FeedClient first = live("/views/carts/feed", null);
    first.leave();
    post("carts", "cart.changed", one, "{\"n\":2}");
    List<FeedClient> together =
        IntStream.range(0, 200)
            .parallel()
            .mapToObj(i -> readers.open("/views/carts/feed", first.lastEventId()))
            .toList();
    await().until(() -> together.stream().allMatch(c -> !c.messages("caught-up").isEmpty()));
    assertThat(together).allMatch(client -> changes(client, one).size() == 1);
  }

  @Test
  void refusesWhatIsWrongInItself() {
    assertThat(feed("/views/nowhere/feed", null).status()).isEqualTo(404);
    assertThat(feed("/views/carts/feed?cursor=nonsense", null).status()).isEqualTo(400);
    given().head("/views/carts/feed").then().statusCode(200);
  }

  @Test
  void goesOnWhenRedisIsBack() {
    String one = key();
    post("carts", "cart.made", one, "{\"n\":1}");
    FeedClient client = live("/views/carts/feed", null);
    await(writer.link().send(Command.CLIENT, "KILL", "TYPE", "normal", "SKIPME", "yes"));
    await().ignoreExceptions().until(() -> given().get("/views/carts").statusCode() == 200);
    await()
        .ignoreExceptions()
        .until(
            () -> {
              post("carts", "cart.changed", one, "{\"n\":2}");
              return true;
            });
    await().until(() -> !changes(client, one).isEmpty());
    assertThat(client.hasEnded()).isFalse();
    assertThat(client.messages("reset")).isEmpty();
  }
}
