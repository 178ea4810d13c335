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
import io.vertx.core.json.JsonObject;
import jakarta.inject.Inject;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import penstock.feed.FeedClient;
import penstock.feed.FeedReaders;
import penstock.redis.Keys;
import penstock.redis.RedisResource;
import penstock.redis.RedisServer;
import penstock.stream.log.LogWriter;
import penstock.view.GenerationRegistry;
import penstock.view.ViewName;
import penstock.view.Views;

/** Commits that are large, and more of them than are read at once. */
@QuarkusTest
@WithTestResource(RedisResource.class)
@TestProfile(ViewFeedStepsTest.Settings.class)
class ViewFeedStepsTest {

  public static final class Settings implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of(
          "penstock.projection.lease", "1s",
          "penstock.feed.replay-size", "4K",
          "penstock.feed.drain-time", "0s",
          "penstock.streams.carts.partitions", "1",
          "penstock.views.carts.stream", "carts",
          "penstock.views.carts.fold", "merge");
    }
  }

  private static final int COMMITS = 20;

  /** As many as one commit changes at most. Their values together are more than a read brings. */
  private static final int KEYS = 256;

  private static final AtomicInteger NUMBERS = new AtomicInteger();

  /** What commits leave, all at one moment. The keys are no entries, as if they were deleted. */
  private static final String COMMIT_MANY =
      """
      for c = 1, ARGV[2] do
        local changed = {}
        for k = 1, ARGV[3] do
          changed[#changed + 1] = ARGV[1] .. '-' .. c .. '-' .. k
          changed[#changed + 1] = ''
        end
        local newest = redis.call('XADD', KEYS[1], '*', unpack(changed))
        redis.call('HSET', KEYS[2], 'newest-change', newest)
      end
      """;

  RedisServer redis;
  @TestHTTPResource URI base;
  @Inject LogWriter writer;
  @Inject Views views;
  @Inject GenerationRegistry generations;

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

  /** Appends, and waits until the view has it; the key. */
  private static String post() {
    String key = "one-" + NUMBERS.incrementAndGet();
    awaitApplied(
        "carts",
        given()
            .contentType("application/cloudevents+json; charset=utf-8")
            .body(
                "{\"specversion\":\"1.0\",\"id\":\"%s\",\"source\":\"/t\",\"type\":\"t\",\"subject\":\"%s\",\"data\":{}}"
                    .formatted(key, key))
            .post("/streams/carts/events")
            .then()
            .statusCode(201)
            .extract()
            .path("cursor"));
    return key;
  }

  /** Has the view change a lot; what its keys begin with. */
  private String change() {
    String name = "many-" + NUMBERS.incrementAndGet();
    var view = new ViewName("carts");
    Keys.OfView names = generations.keys(view, views.find(view).generation(), 0);
    redis.ask(
        "EVAL",
        COMMIT_MANY,
        "2",
        names.changes(),
        names.state(),
        name,
        Integer.toString(COMMITS),
        Integer.toString(KEYS));
    return name;
  }

  private static String key(FeedClient.Message change) {
    return new JsonObject(change.data()).getString("key");
  }

  /** The keys that changed, as they came, up to each id: only the last of a batch has a new one. */
  private static List<Set<String>> batches(FeedClient client, String name) {
    List<Set<String>> batches = new ArrayList<>();
    Set<String> batch = new HashSet<>();
    String before = "";
    for (FeedClient.Message message : client.messages()) {
      if (message.event().equals("change") && key(message).startsWith(name)) {
        batch.add(key(message));
        if (!message.id().equals(before)) {
          batches.add(batch);
          batch = new HashSet<>();
        }
      }
      before = message.id();
    }
    return batches;
  }

  private static boolean hasKey(FeedClient client, String key) {
    return client.messages("change").stream().anyMatch(change -> key(change).equals(key));
  }

  @Test
  void whatChangesAtOnceIsReadCommitByCommitIfThatIsMuch() {
    post();
    FeedClient client = readers.live("/views/carts/feed", null);
    String name = change();
    String last = post();
    await().until(() -> hasKey(client, last));
    assertThat(batches(client, name))
        .extracting(Set::size)
        .containsExactlyElementsOf(Collections.nCopies(COMMITS, KEYS));
  }
}
