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
import penstock.view.Generation;
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
          "penstock.views.carts.fold", "merge",
          "penstock.streams.clicks.partitions", "3",
          "penstock.views.clicks.stream", "clicks",
          "penstock.views.clicks.fold", "merge");
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

  /** Appends to the stream of the view's name, and waits until the view has it; the key. */
  private static String post(String view) {
    String key = "one-" + NUMBERS.incrementAndGet();
    awaitApplied(
        view,
        given()
            .contentType("application/cloudevents+json; charset=utf-8")
            .body(
                "{\"specversion\":\"1.0\",\"id\":\"%s\",\"source\":\"/t\",\"type\":\"t\",\"subject\":\"%s\",\"data\":{}}"
                    .formatted(key, key))
            .post("/streams/" + view + "/events")
            .then()
            .statusCode(201)
            .extract()
            .path("cursor"));
    return key;
  }

  /** Has a view change a lot in each partition; what its keys begin with. */
  private String change(String view) {
    String name = "many-" + NUMBERS.incrementAndGet();
    var named = new ViewName(view);
    Generation generation = views.find(named).generation();
    for (int p = 0; p < generation.partitions().size(); p++) {
      Keys.OfView names = generations.keys(named, generation, p);
      redis.ask(
          "EVAL",
          COMMIT_MANY,
          "2",
          names.changes(),
          names.state(),
          name + "-" + p,
          Integer.toString(COMMITS),
          Integer.toString(KEYS));
    }
    return name;
  }

  private static String key(FeedClient.Message change) {
    return new JsonObject(change.data()).getString("key");
  }

  /**
   * The keys that changed, as they came, up to each id: only the last of a batch has a new one.
   *
   * @param begin the id that the client came with
   */
  private static List<Set<String>> batches(FeedClient client, String begin, String name) {
    List<Set<String>> batches = new ArrayList<>();
    Set<String> batch = new HashSet<>();
    String before = begin;
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
    post("carts");
    FeedClient client = readers.live("/views/carts/feed", null);
    String name = change("carts");
    String last = post("carts");
    await().until(() -> hasKey(client, last));
    assertThat(batches(client, "", name))
        .extracting(Set::size)
        .containsExactlyElementsOf(Collections.nCopies(COMMITS, KEYS));
  }

  /** A reader of the view was there, and has left; the id that it has. */
  private String leave(String view) {
    post(view);
    FeedClient client = readers.live("/views/" + view + "/feed", null);
    client.leave();
    return client.lastEventId();
  }

  /** The same, seen by one who stayed: who comes then has caught up only with all of it. */
  private String changeAll(String view) {
    FeedClient other = readers.live("/views/" + view + "/feed?cursor=latest", null);
    String name = change(view);
    String last = post(view);
    await().until(() -> hasKey(other, last));
    other.leave();
    return name;
  }

  @Test
  void whoComesBackIsSentCommitByCommitWhatChangedMeanwhile() {
    String id = leave("carts");
    String name = changeAll("carts");
    FeedClient client = readers.live("/views/carts/feed", id);
    assertThat(client.messages("snapshot")).isEmpty();
    assertThat(batches(client, id, name))
        .extracting(Set::size)
        .containsExactlyElementsOf(Collections.nCopies(COMMITS, KEYS));
    String last = post("carts");
    await().until(() -> hasKey(client, last));
  }

  @Test
  void whoComesBackMissesNothingOfAnyPartition() {
    String id = leave("clicks");
    String name = changeAll("clicks");
    FeedClient client = readers.live("/views/clicks/feed", id);
    assertThat(batches(client, id, name))
        .hasSize(3 * COMMITS)
        .allMatch(batch -> batch.size() == KEYS)
        .flatMap(batch -> batch)
        .doesNotHaveDuplicates();
    String last = post("clicks");
    await().until(() -> hasKey(client, last));
  }

  /** What others have of the commits takes no room. */
  @Test
  void whoWantsAFewKeysIsSentThemInFewSteps() {
    String id = leave("carts");
    String name = changeAll("carts");
    String first = name + "-0-1-1";
    String last = name + "-0-" + COMMITS + "-" + KEYS;
    FeedClient client = readers.live("/views/carts/feed?key=" + first + "&key=" + last, id);
    assertThat(batches(client, id, name)).containsExactly(Set.of(first), Set.of(last));
  }

  @Test
  void whoLeavesBetweenTwoStepsGoesOnBehindTheFirst() {
    String id = leave("carts");
    String name = changeAll("carts");
    FeedClient whole = readers.live("/views/carts/feed", id);
    // the first frames are under the id that the reader came with
    List<String> ids =
        whole.messages("change").stream()
            .filter(change -> key(change).startsWith(name))
            .map(FeedClient.Message::id)
            .distinct()
            .toList();
    String half = ids.get(COMMITS / 2);
    FeedClient client = readers.live("/views/carts/feed", half);
    assertThat(batches(client, half, name)).hasSize(COMMITS - COMMITS / 2);
  }
}
