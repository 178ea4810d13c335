package penstock.feed.http;

import static org.assertj.core.api.Assertions.assertThat;
import static penstock.Patience.await;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.RestAssured;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import jakarta.inject.Inject;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.hamcrest.Matchers;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import penstock.Http2Client;
import penstock.event.EventFields;
import penstock.feed.FeedClient;
import penstock.feed.FeedReaders;
import penstock.redis.Keys;
import penstock.redis.RedisResource;
import penstock.stream.Cursor;
import penstock.stream.Partition;
import penstock.stream.StreamName;
import penstock.stream.log.LogWriter;

/** The ids of feeds that have as many partitions as there can be. */
@QuarkusTest
@WithTestResource(RedisResource.class)
@TestProfile(CombinedFeedIdsTest.Settings.class)
class CombinedFeedIdsTest {

  private static final Logger LOG = Logger.getLogger(CombinedFeedIdsTest.class);
  private static final int FOLLOWED = 28;
  private static final int PARTITIONS = 64;
  private static final int DECLARED = 40;

  public static final class Settings implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      Map<String, String> settings = new TreeMap<>();
      settings.put("penstock.feed.max-combined", "" + DECLARED);
      settings.put("penstock.feed.heartbeat", "500ms");
      settings.put("penstock.feed.drain-time", "0s");
      for (int i = 0; i < DECLARED; i++) {
        settings.put("penstock.streams.s" + i + ".partitions", "" + PARTITIONS);
      }
      return settings;
    }
  }

  private static final String ALL = path(FOLLOWED);

  @TestHTTPResource URI base;
  @Inject LogWriter writer;
  @Inject Keys keys;
  private FeedReaders readers;

  private static String path(int streams) {
    return IntStream.range(0, streams)
        .mapToObj(i -> "stream=s" + i)
        .collect(Collectors.joining("&", "/feed?", ""));
  }

  @BeforeEach
  void connect() {
    readers = new FeedReaders(base);
    writer.awaitLink();
  }

  @AfterEach
  void leave() {
    readers.close();
  }

  private FeedClient live(String path, @Nullable String last) {
    return readers.live(path, last, 0, FOLLOWED);
  }

  private void append(int partition) {
    for (int i = 0; i < FOLLOWED; i++) {
      writer.append(
          new Partition(new StreamName("s" + i), partition),
          List.of(LogWriter.event("s%d/%d/%x".formatted(i, partition, System.nanoTime()), null)));
    }
  }

  private static List<String> ids(FeedClient client) {
    return client.lines().stream().filter(line -> line.startsWith("id: ")).toList();
  }

  private static int bytes(List<String> lines) {
    return lines.stream().mapToInt(line -> line.length() + 1).sum();
  }

  /** Puts an event of years ago into each partition, so that an id is as long as it gets. */
  private void fill() {
    var random = new Random(1);
    List<byte[]> fields = EventFields.write(LogWriter.event("old", null));
    for (int i = 0; i < FOLLOWED; i++) {
      for (int p = 0; p < PARTITIONS; p++) {
        Request add =
            Request.cmd(Command.XADD)
                .arg(keys.partition("s" + i, p).events())
                .arg(random.nextLong(1_000_000_000_000L, 1_700_000_000_000L) + "-0");
        fields.forEach(add::arg);
        await(writer.link().send(add));
      }
    }
  }

  @Test
  void whatMayBeFollowedCanBeResumedAndItsIdIsSentOnce() throws Exception {
    fill();
    FeedClient first = live(ALL, null);
    String id = first.lastEventId();
    assertThat(id).hasSizeBetween(21_000, 28 * (1 + Cursor.longest(PARTITIONS)));
    FeedClient again = live(ALL, id);
    LOG.infof(
        "an id of %d characters; ids sent: %d bytes on the first connection, %d on the second",
        id.length(), bytes(ids(first)), bytes(ids(again)));
    assertThat(again.messages("reset")).isEmpty();
    assertThat(bytes(ids(again))).isLessThan(2 * id.length());
    append(0);
    await().until(() -> again.messages("message").size() == FOLLOWED);
    for (String parameter : List.of("cursor", "lastEventId")) {
      FeedClient named = live(ALL + "&" + parameter + "=" + id, null);
      assertThat(named.messages("message")).as(parameter).hasSize(FOLLOWED);
      assertThat(named.messages("reset")).isEmpty();
    }
    assertThat(overHttp2(id)).startsWith(":");
    // heartbeats that tell nothing new are comments
    int told = ids(again).size();
    long comments = comments(again);
    await().until(() -> comments(again) >= comments + 2);
    assertThat(ids(again)).hasSize(told);
  }

  private static long comments(FeedClient client) {
    return client.lines().stream().filter(line -> line.equals(":")).count();
  }

  /** What the feed begins with. */
  private String overHttp2(String id) {
    try (var client = new Http2Client()) {
      Http2Client.Answer feed = client.begin(base, ALL, Map.of("last-event-id", id));
      assertThat(feed.status()).isEqualTo(200);
      return feed.body().toString();
    }
  }

  @Test
  void whatCouldNotComeBackIsRefusedAtTheFirstConnection() {
    String tooMany = path(36);
    RestAssured.get(tooMany)
        .then()
        .statusCode(400)
        .contentType("application/problem+json")
        .body("type", Matchers.equalTo("urn:penstock:problem:id-too-long"))
        .body("detail", Matchers.containsString("2304 partitions"));
    RestAssured.head(tooMany).then().statusCode(400);
    RestAssured.head(path(32)).then().statusCode(200);
  }
}
