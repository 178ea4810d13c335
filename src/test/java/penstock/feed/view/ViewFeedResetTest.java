package penstock.feed.view;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static penstock.Patience.await;
import static penstock.Requests.hasApplied;

import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import penstock.feed.FeedClient;
import penstock.feed.FeedReaders;
import penstock.redis.RedisResource;
import penstock.redis.RedisServer;

/**
 * What a view was is gone: a reader who stayed and one who comes back are both told why, and get a
 * snapshot of what it is now.
 */
@QuarkusTest
@WithTestResource(
    value = RedisResource.class,
    initArgs = @ResourceArg(name = "options", value = "--appendfsync always"))
@TestProfile(ViewFeedResetTest.Settings.class)
class ViewFeedResetTest {

  private static final String FEED = "/views/carts/feed";

  public static final class Settings implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of(
          "penstock.projection.lease", "1s",
          "penstock.feed.drain-time", "0s",
          "penstock.streams.carts.partitions", "2",
          "penstock.views.carts.stream", "carts",
          "penstock.views.carts.fold", "merge");
    }
  }

  private static final AtomicInteger NUMBERS = new AtomicInteger();

  RedisServer redis;
  @TestHTTPResource URI base;

  private FeedReaders readers;

  @BeforeEach
  void open() {
    readers = new FeedReaders(base);
  }

  @AfterEach
  void leave() {
    readers.close();
  }

  private FeedClient live(@Nullable String lastEventId) {
    return readers.live(FEED, lastEventId);
  }

  /** Appends, also while Redis is not there again yet, and waits until the view has it. */
  private static void post(int n) {
    String id = "e-" + NUMBERS.incrementAndGet();
    await()
        .ignoreExceptions()
        .until(
            () -> {
              String cursor =
                  given()
                      .contentType("application/cloudevents+json; charset=utf-8")
                      .body(
                          "{\"specversion\":\"1.0\",\"id\":\"%s\",\"source\":\"/t\",\"type\":\"t\",\"subject\":\"one\",\"data\":{\"n\":%d}}"
                              .formatted(id, n))
                      .post("/streams/carts/events")
                      .path("cursor");
              return hasApplied("carts", cursor);
            });
  }

  private static boolean endsWith(FeedClient client, String reason, int n) {
    List<FeedClient.Message> messages = client.messages();
    int reset = -1;
    for (int i = 0; i < messages.size(); i++) {
      if (messages.get(i).event().equals("reset")) {
        reset = i;
      }
    }
    return reset >= 0
        && messages.get(reset).data().contains("\"" + reason + "\"")
        && told(messages.subList(reset, messages.size())) == n;
  }

  /** What the entry was told to be last, by a snapshot or a change. */
  private static int told(List<FeedClient.Message> messages) {
    int last = -1;
    for (FeedClient.Message message : messages) {
      var json = new JsonObject(message.data());
      if (message.event().equals("snapshot") && !json.getJsonArray("entries").isEmpty()) {
        json = json.getJsonArray("entries").getJsonObject(0);
      }
      if (json.getValue("value") instanceof JsonObject value) {
        last = value.getInteger("n");
      }
    }
    return last;
  }

  /** One that stays and one that left are there; then something happens to the view. */
  private void tells(String reason, Runnable happening) {
    post(1);
    FeedClient stayed = live(null);
    FeedClient left = live(null);
    left.leave();
    happening.run();
    post(2);
    FeedClient back = live(left.lastEventId());
    await().until(() -> endsWith(back, reason, 2));
    assertThat(back.messages().getFirst().event()).isEqualTo("reset");
    await().until(() -> endsWith(stayed, reason, 2));
    assertThat(stayed.messages("reset")).hasSize(1);
  }

  @Test
  void aRebuild() {
    tells(
        "rebuilt",
        () -> {
          String next =
              given()
                  .post("/views/carts/rebuild")
                  .then()
                  .statusCode(202)
                  .extract()
                  .path("generation");
          await()
              .until(() -> given().get("/views/carts").path("generation").toString().equals(next));
        });
  }

  @Test
  void aNewLife() {
    tells("new-life", redis::flush);
  }

  @Test
  void aNewTerm() {
    tells("new-term", redis::restart);
  }
}
