package penstock.feed.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static penstock.Patience.await;

import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.RestAssured;
import jakarta.inject.Inject;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.hamcrest.Matchers;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import penstock.Meters;
import penstock.feed.FeedClient;
import penstock.feed.FeedConfig;
import penstock.feed.FeedMeters;
import penstock.feed.FeedReaders;
import penstock.feed.frame.HistoryQuota;
import penstock.feed.loop.LoopDispatchers;
import penstock.feed.replay.Replays;
import penstock.redis.Keys;
import penstock.redis.RedisResource;
import penstock.redis.RedisServer;
import penstock.stream.Partition;
import penstock.stream.StreamName;
import penstock.stream.log.EventLog;
import penstock.stream.log.LogWriter;
import penstock.stream.registry.Stream;
import penstock.stream.registry.Streams;
import penstock.stream.tail.Tail;

@QuarkusTest
@WithTestResource(
    value = RedisResource.class,
    initArgs = @ResourceArg(name = "options", value = "--databases 3 --appendfsync always"))
@TestProfile(StreamFeedsTest.Settings.class)
class StreamFeedsTest {

  public static class Settings implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of(
          "penstock.streams.auto-create", "true",
          "penstock.feed.heartbeat", "200ms",
          "penstock.feed.history-events", "64",
          "penstock.feed.histories-size", "5M",
          "penstock.feed.retry", "1s",
          "penstock.feed.drain-time", "0s",
          "penstock.feed.channel-linger", "300ms",
          "penstock.feed.max-subscribers", "60");
    }
  }

  private static final AtomicInteger NAMES = new AtomicInteger();

  RedisServer redis;
  @TestHTTPResource URI base;
  @Inject Keys keys;
  @Inject EventLog log;
  @Inject LogWriter writer;
  @Inject Streams streams;
  @Inject Tail tail;
  @Inject Replays replays;
  @Inject LoopDispatchers dispatchers;
  @Inject FeedConfig config;
  @Inject FeedMeters meters;
  @Inject HistoryQuota quota;
  @Inject MeterRegistry registry;

  private final StreamName stream = new StreamName("feed-" + NAMES.incrementAndGet());
  private FeedReaders readers;

  @BeforeEach
  void connect() {
    readers = new FeedReaders(base);
    writer.awaitLink();
    await().ignoreExceptions().until(() -> redis.ask("HSET", keys.streams(), stream, 1) != null);
    live("", null);
    readers.close();
  }

  @AfterEach
  void leave() {
    readers.close();
  }

  private String feed(String query) {
    return "/streams/" + stream + "/feed" + query;
  }

  private FeedClient open(String query, String lastEventId) {
    return readers.open(feed(query), lastEventId);
  }

  private FeedClient live(String query, String lastEventId) {
    return readers.live(feed(query), lastEventId);
  }

  private static String[] ids(int from, int to) {
    return IntStream.range(from, to).mapToObj(Integer::toString).toArray(String[]::new);
  }

  private void append(int from, int to) {
    for (int i = from; i < to; i += 50) {
      writer.append(stream, ids(i, Math.min(i + 50, to)));
    }
  }

  private static void awaitIds(FeedClient client, String... ids) {
    await().until(() -> client.ids().size() >= ids.length);
    assertThat(client.ids()).containsExactly(ids);
  }

  @Test
  void tellsWhatComesNext() {
    append(0, 5);
    FeedClient client = live("", null);
    append(5, 8);
    awaitIds(client, ids(5, 8));
    assertThat(client.status()).isEqualTo(200);
    assertThat(client.header("content-type")).startsWith("text/event-stream");
    assertThat(client.header("cache-control")).isEqualTo("no-store");
    assertThat(client.header("x-accel-buffering")).isEqualTo("no");
    assertThat(client.lines().getFirst()).isEqualTo(":");
    assertThat(Integer.parseInt(client.retry())).isBetween(500, 1_500);
    assertThat(client.messages("message").getFirst().data())
        .isEqualTo(
            "{\"specversion\":\"1.0\",\"id\":\"5\",\"source\":\"/test\",\"type\":\"test\","
                + "\"datacontenttype\":\"application/json\",\"data\":\"5\"}");
    assertThat(client.messages("caught-up")).hasSize(1);
  }

  @Test
  void theTimeFromAppendToSocketIsMeasured() {
    FeedClient client = live("", null);
    append(0, 1);
    awaitIds(client, ids(0, 1));
    await()
        .until(
            () ->
                Meters.read("penstock_feed_latency_seconds_count", "stream", stream.value()) == 1);
  }

  /** It was interrupted, so that its loop could look at sockets, and they went meanwhile. */
  @Test
  void aTurnThatIsOverBehindItsLastReaderLeavesNoMeter() {
    Stream followed = await(streams.find(stream));
    var channel =
        new StreamChannel(
            followed,
            tail,
            log,
            dispatchers,
            config,
            meters,
            new HistoryQuota(1 << 20),
            replays.of(followed));
    await(channel.opened());
    channel.close();
    channel.latency();
    assertThat(registry.find("penstock.feed.latency").tag("stream", stream.value()).timer())
        .isNull();
  }

  /** By the bound that is configured, since that is less than a sixteenth of the heap. */
  @Test
  void whatAllHistoriesTakeIsMeasuredBesideTheirBound() {
    FeedClient client = live("", null);
    double before = Meters.read("penstock_feed_histories_bytes");
    append(0, 50);
    awaitIds(client, ids(0, 50));
    assertThat(Meters.read("penstock_feed_histories_bytes"))
        .isGreaterThanOrEqualTo(before + 4_096)
        .isEqualTo(quota.taken());
    assertThat(Meters.read("penstock_feed_histories_limit_bytes")).isEqualTo(5 << 20);
  }

  @Test
  void aChannelThatIsClosedLeavesItsShareToOthers() {
    Stream followed = await(streams.find(stream));
    var own = new HistoryQuota(1 << 20);
    var channel =
        new StreamChannel(
            followed, tail, log, dispatchers, config, meters, own, replays.of(followed));
    await(channel.opened());
    append(0, 1);
    await().until(() -> own.taken() > 0);
    channel.close();
    assertThat(own.taken()).isZero();
  }

  @Test
  void beginsWithTheEarliestAndGoesOn() {
    append(0, 1_000);
    FeedClient client = live("?cursor=earliest", null);
    append(1_000, 1_010);
    awaitIds(client, ids(0, 1_010));
    List<String> kinds = client.messages().stream().map(FeedClient.Message::event).toList();
    assertThat(kinds.indexOf("caught-up")).isEqualTo(1_000);
    assertThat(kinds.lastIndexOf("caught-up")).isEqualTo(1_000);
  }

  @Test
  void everyIdIsAPlaceToGoOnFrom() {
    append(0, 200);
    FeedClient client = live("?cursor=earliest", null);
    awaitIds(client, ids(0, 200));
    List<FeedClient.Message> messages = client.messages("message");
    for (int i = 0; i < 200; i += 13) {
      awaitIds(live("", messages.get(i).id()), ids(i + 1, 200));
      awaitIds(live("?cursor=" + messages.get(i).id(), null), ids(i + 1, 200));
    }
    assertThat(client.messages("caught-up").getFirst().id()).isEqualTo(messages.getLast().id());
  }

  @Test
  void aReaderWhoComesBackHasAllThatWasThereWhenItIsToldSo() {
    FeedClient follower = live("", null);
    append(0, 1);
    awaitIds(follower, "0");
    String id = follower.messages("message").getFirst().id();
    for (int i = 1; i < 200; i++) {
      append(i, i + 1);
      FeedClient again = open("", id);
      await()
          .pollInterval(Duration.ofMillis(2))
          .until(() -> !again.messages("caught-up").isEmpty());
      List<FeedClient.Message> messages = again.messages();
      assertThat(messages.stream().limit(2).map(FeedClient.Message::event))
          .as("number %d", i)
          .containsExactly("message", "caught-up");
      id = messages.getFirst().id();
      again.close();
    }
  }

  @Test
  void lastEventIdBeatsTheCursor() {
    append(0, 10);
    FeedClient client = live("?cursor=earliest", null);
    awaitIds(client, ids(0, 10));
    awaitIds(live("?cursor=earliest", client.messages("message").get(6).id()), ids(7, 10));
  }

  @Test
  void filtersBySubjectAndType() {
    FeedClient subjects = live("?subject=a&subject=c", null);
    FeedClient types = live("?type=big", null);
    FeedClient both = live("?type=big&subject=b", null);
    writer.append(
        stream,
        List.of(
            LogWriter.event("1", "a", "small", "1"),
            LogWriter.event("2", "b", "big", "1"),
            LogWriter.event("3", "c", "big", "1"),
            LogWriter.event("4", null, "small", "1")));
    awaitIds(subjects, "1", "3");
    awaitIds(types, "2", "3");
    awaitIds(both, "2");
    FeedClient replayed = live("?cursor=earliest&type=big", null);
    awaitIds(replayed, "2", "3");
  }

  @Test
  void filtersByPrefixAndByDialects() {
    FeedClient prefix = live("?subject=eu-*&subject=us-1", null);
    FeedClient dialect =
        live(
            "?filter=%7B%22all%22%3A%5B%7B%22prefix%22%3A%7B%22subject%22%3A%22eu-%22%7D%7D%2C%7B%22not%22%3A%7B%22exact%22%3A%7B%22type%22%3A%22big%22%7D%7D%7D%5D%7D",
            null);
    writer.append(
        stream,
        List.of(
            LogWriter.event("1", "eu-1", "small", "1"),
            LogWriter.event("2", "eu-2", "big", "1"),
            LogWriter.event("3", "us-1", "small", "1"),
            LogWriter.event("4", "us-12", "small", "1")));
    awaitIds(prefix, "1", "2", "3");
    awaitIds(dialect, "1");
    awaitIds(live("?cursor=earliest&subject=us-*", null), "3", "4");
    assertThat(open("?filter=nonsense", null).status()).isEqualTo(400);
  }

  @Test
  void beginsByTime() {
    append(0, 5);
    long millis = writer.append(stream, "5").getFirst().millis();
    await()
        .until(
            () ->
                writer.append(stream, "later-" + NAMES.incrementAndGet()).getFirst().millis()
                    > millis + 1);
    List<String> all = live("?cursor=earliest", null).ids();
    String since = java.time.Instant.ofEpochMilli(millis + 1).toString();
    FeedClient client = live("?since=" + since, null);
    assertThat(client.ids())
        .isNotEmpty()
        .doesNotContain("5")
        .allMatch(id -> id.startsWith("later-"));
    assertThat(live("?since=2001-01-01T00:00:00%2B01:00", null).ids()).isEqualTo(all);
    assertThat(live("?since=2999-01-01T00:00:00Z", null).ids()).isEmpty();
    assertThat(open("?since=yesterday", null).status()).isEqualTo(400);
    assertThat(open("?since=" + since + "&cursor=earliest", null).status()).isEqualTo(400);
  }

  @Test
  void aHeartbeatMovesTheIdOfAFilteredReaderOn() {
    FeedClient client = live("?subject=nobody", null);
    append(0, 100);
    FeedClient other = live("?cursor=earliest", null);
    awaitIds(other, ids(0, 100));
    await().until(() -> client.lastEventId().equals(other.messages("message").getLast().id()));
    assertThat(client.ids()).isEmpty();
    append(100, 103);
    awaitIds(live("", client.lastEventId()), ids(100, 103));
  }

  @Test
  void anIdleReaderGetsHeartbeats() {
    FeedClient client = live("", null);
    await().until(() -> client.lines().stream().filter(line -> line.startsWith("id:")).count() > 3);
    assertThat(client.messages()).hasSize(1);
  }

  @Test
  void aReaderThatFellOutOfTheChannelIsLateButLosesNothing() {
    FeedClient client = live("", null);
    client.pause();
    append(0, 2_000);
    client.resume();
    append(2_000, 2_100);
    awaitIds(client, ids(0, 2_100));
    assertThat(client.messages("reset")).isEmpty();
    assertThat(client.messages("caught-up")).hasSize(1);
  }

  private static String big(int i) {
    return "\"" + "x".repeat(10_000) + i + "\"";
  }

  private void appendBig(int to) {
    for (int i = 0; i < to; i += 10) {
      writer.append(
          stream,
          IntStream.range(i, i + 10)
              .mapToObj(n -> LogWriter.event("" + n, null, "t", big(n)))
              .toList());
    }
  }

  /** The kernel takes a few megabytes for a reader; the service must not take the other ten. */
  @Test
  void aSlowReaderIsLateNotLostAndWhatItHasNotTakenIsNotKept() {
    FeedClient slow = readers.live(feed(""), null, 4_096, 1);
    slow.pause();
    FeedClient quick = live("", null);
    double before = Meters.read("penstock_feed_delivered_total");
    appendBig(1_500);
    awaitIds(quick, ids(0, 1_500));
    assertThat(Meters.read("penstock_feed_delivered_total") - before - 1_500).isLessThan(800);
    slow.resume();
    awaitIds(slow, ids(0, 1_500));
    assertThat(slow.messages("reset")).isEmpty();
  }

  private static double disconnects(String reason) {
    return Meters.read("penstock_feed_disconnects_total", "reason", reason);
  }

  @ParameterizedTest
  @ValueSource(strings = {"nonsense", "earliest", "-", "AQAAAAAAAAEAAAAA", "%C3%BC", "{}"})
  void aForeignLastEventIdIsResetAndGoesOn(String id) {
    append(0, 3);
    FeedClient client = live("", id);
    awaitIds(client, ids(0, 3));
    assertThat(client.status()).isEqualTo(200);
    assertThat(client.messages().getFirst().event()).isEqualTo("reset");
    assertThat(client.messages().getFirst().data()).isEqualTo("{\"reason\":\"foreign\"}");
  }

  @Test
  void theIdOfAnotherStreamIsForeign() {
    append(0, 3);
    StreamName other = new StreamName(stream + ".other");
    redis.ask("HSET", keys.streams(), other, 1);
    writer.append(other, "x");
    String foreign = live("", null).lastEventId();
    FeedClient client = readers.open("/streams/" + other + "/feed", foreign);
    awaitIds(client, "x");
    assertThat(client.messages("reset").getFirst().data()).contains("foreign");
  }

  @Test
  void aLostLogIsAReset() {
    append(0, 3);
    FeedClient client = live("?cursor=earliest", null);
    awaitIds(client, ids(0, 3));
    String before = client.lastEventId();
    redis.flush();
    redis.ask("HSET", keys.streams(), stream, 1);
    append(10, 13);
    await().until(() -> client.ids().size() >= 6);
    assertThat(client.ids()).containsExactly("0", "1", "2", "10", "11", "12");
    assertThat(client.messages("reset")).hasSize(1);
    assertThat(client.messages("reset").getFirst().data()).isEqualTo("{\"reason\":\"new-life\"}");
    FeedClient again = live("", before);
    awaitIds(again, ids(10, 13));
    assertThat(again.messages("reset").getFirst().data()).contains("new-life");
  }

  @Test
  void whatWasTrimmedIsAReset() {
    append(0, 100);
    FeedClient client = live("?cursor=earliest", null);
    awaitIds(client, ids(0, 100));
    String old = client.messages("message").get(9).id();
    redis.ask("XTRIM", log.keys(new Partition(stream, 0)).events(), "MAXLEN", 50);
    append(100, 200);
    FeedClient again = live("", old);
    awaitIds(again, ids(50, 200));
    assertThat(again.messages("reset").getFirst().data()).isEqualTo("{\"reason\":\"trimmed\"}");
    awaitIds(live("", client.messages("message").get(49).id()), ids(50, 200));
  }

  @Test
  void goesOnWhenRedisWasStoppedAndStarted() {
    append(0, 3);
    FeedClient client = live("?cursor=earliest", null);
    FeedClient filtered = live("?subject=nobody", null);
    redis.restart();
    writer.awaitLink();
    append(3, 6);
    awaitIds(client, ids(0, 6));
    awaitIds(live("", client.messages("message").get(1).id()), ids(2, 6));
    String last = client.messages("message").getLast().id();
    await().until(() -> filtered.lastEventId().equals(last));
    assertThat(client.messages("reset")).isEmpty();
    assertThat(client.messages("caught-up")).hasSize(1);
  }

  @Test
  void aNewReaderIsSentAwayWhileRedisIsAwayAndAConnectedOneWaits() {
    append(0, 3);
    FeedClient waiting = live("", null);
    redis.kill();
    try {
      await().until(() -> !writer.link().isUp());
      FeedClient client = open("", null);
      await().until(client::hasEndedNormally);
      assertThat(client.status()).isEqualTo(200);
      assertThat(client.messages("unavailable").getFirst().data())
          .matches("\\{\"reason\":\"redis-unavailable\",\"retryAfter\":\\d+}");
      assertThat(waiting.hasEnded()).isFalse();
      int lines = waiting.lines().size();
      await().until(() -> waiting.lines().size() > lines + 4);
    } finally {
      redis.startAgain();
      writer.awaitLink();
    }
    append(3, 6);
    awaitIds(waiting, ids(3, 6));
  }

  @Test
  void aStreamThatNobodyReadsIsNotFollowed() {
    live("", null);
    assertThat(Meters.read("penstock_tail_followed", "kind", "entries")).isPositive();
    assertThat(Meters.read("penstock_feed_subscribers")).isPositive();
    readers.close();
    await().until(() -> Meters.read("penstock_tail_followed", "kind", "entries") == 0);
    await().until(() -> Meters.read("penstock_feed_subscribers") == 0);
  }

  @Test
  void tooManyReadersAreAskedToComeBack() {
    double before = disconnects("too-busy");
    List<FeedClient> many = new ArrayList<>();
    for (int i = 0; i < 70; i++) {
      many.add(open("", null));
    }
    FeedClient refused = many.getLast();
    await().until(refused::hasEndedNormally);
    assertThat(refused.status()).isEqualTo(200);
    assertThat(refused.messages("unavailable").getFirst().data()).contains("too-busy");
    assertThat(refused.retry()).isNotNull();
    await().until(() -> disconnects("too-busy") > before);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"?cursor=nonsense", "?cursor=", "?subject=", "?cursor=latest&cursor=latest"})
  void aWrongRequestIsAProblem(String query) {
    RestAssured.get("/streams/" + stream + "/feed" + query)
        .then()
        .statusCode(400)
        .contentType("application/problem+json");
  }

  @Test
  void anUnknownStreamIsAProblem() {
    RestAssured.head("/streams/no-such-stream/feed").then().statusCode(404);
    RestAssured.get("/streams/No/feed")
        .then()
        .statusCode(400)
        .body("type", Matchers.equalTo("urn:penstock:problem:invalid-name"));
  }

  @Test
  void headAndOptions() {
    RestAssured.head("/streams/" + stream + "/feed")
        .then()
        .statusCode(200)
        .header("Content-Type", Matchers.startsWith("text/event-stream"));
    RestAssured.options("/streams/" + stream + "/feed")
        .then()
        .statusCode(204)
        .header("Allow", "GET, HEAD, OPTIONS");
  }
}
