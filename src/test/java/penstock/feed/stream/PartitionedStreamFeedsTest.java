package penstock.feed.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static penstock.Patience.await;

import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import penstock.Meters;
import penstock.event.Event;
import penstock.feed.FeedClient;
import penstock.feed.FeedReaders;
import penstock.redis.Keys;
import penstock.redis.RedisResource;
import penstock.redis.RedisServer;
import penstock.stream.Cursor;
import penstock.stream.Partition;
import penstock.stream.PartitionPosition;
import penstock.stream.Position;
import penstock.stream.StreamName;
import penstock.stream.log.EventLog;
import penstock.stream.log.LogWriter;

/** Feeds of streams with several partitions. An event's id is {@code <partition>-<number>}. */
@QuarkusTest
@WithTestResource(
    value = RedisResource.class,
    initArgs = @ResourceArg(name = "options", value = "--databases 3 --appendfsync always"))
@TestProfile(StreamFeedsTest.Settings.class)
class PartitionedStreamFeedsTest {

  private static final int PARTITIONS = 4;
  private static final AtomicInteger NAMES = new AtomicInteger();

  RedisServer redis;
  @TestHTTPResource URI base;
  @Inject Keys keys;
  @Inject EventLog log;
  @Inject LogWriter writer;

  private final StreamName stream = new StreamName("spread-" + NAMES.incrementAndGet());
  private final List<List<String>> appended = new ArrayList<>();
  private FeedReaders readers;

  @BeforeEach
  void connect() {
    readers = new FeedReaders(base);
    writer.awaitLink();
    register(PARTITIONS);
  }

  private void register(int partitions) {
    appended.clear();
    IntStream.range(0, partitions).forEach(p -> appended.add(new ArrayList<>()));
    redis.ask("HSET", keys.streams(), stream, partitions);
  }

  @AfterEach
  void leave() {
    readers.close();
  }

  private FeedClient open(String query, String lastEventId) {
    return readers.open("/streams/" + stream + "/feed" + query, lastEventId);
  }

  private FeedClient live(String query, String lastEventId) {
    return readers.live("/streams/" + stream + "/feed" + query, lastEventId);
  }

  /** Appends so many to each partition, in turns. */
  private void append(int each) {
    for (int left = each; left > 0; left -= 20) {
      for (int p = 0; p < appended.size(); p++) {
        append(p, Math.min(20, left));
      }
    }
  }

  private List<Position> append(int partition, int count) {
    List<String> known = appended.get(partition);
    List<Event> events =
        IntStream.range(known.size(), known.size() + count)
            .mapToObj(i -> partition + "-" + i)
            .map(id -> LogWriter.event(id, id.endsWith("7") ? "seventh" : "other"))
            .toList();
    events.forEach(event -> known.add(event.id()));
    return writer.append(new Partition(stream, partition), events);
  }

  /** The ids of one partition, in the order in which they came. */
  private static List<String> ofPartition(List<String> ids, int partition) {
    return ids.stream().filter(id -> id.startsWith(partition + "-")).toList();
  }

  private int total() {
    return appended.stream().mapToInt(List::size).sum();
  }

  /** Everything that was appended, in the order of each partition. */
  private void awaitAll(FeedClient client) {
    await().until(() -> client.ids().size() >= total());
    assertWhole(client.ids());
  }

  private void assertWhole(List<String> ids) {
    assertThat(ids).doesNotHaveDuplicates();
    for (int p = 0; p < appended.size(); p++) {
      assertThat(ofPartition(ids, p)).isEqualTo(appended.get(p));
    }
  }

  /** What was seen before an id, and what comes behind it, is everything once. */
  private void assertGoesOn(List<FeedClient.Message> all, int seen, String query) {
    List<String> before = all.stream().limit(seen).map(FeedClient::idOf).toList();
    String id = all.get(seen - 1).id();
    FeedClient again = query == null ? open("", id) : open(query + id, null);
    await().until(() -> again.ids().size() >= total() - seen);
    List<String> whole = new ArrayList<>(before);
    whole.addAll(again.ids());
    assertWhole(whole);
    again.close();
  }

  @Test
  void tellsWhatIsThereAndWhatComesOfAllPartitions() {
    append(300);
    FeedClient client = live("?cursor=earliest", null);
    assertThat(client.ids()).hasSize(total());
    FeedClient latest = live("", null);
    append(30);
    awaitAll(client);
    await().until(() -> latest.ids().size() >= 30 * PARTITIONS);
    assertThat(latest.ids()).hasSize(30 * PARTITIONS).doesNotHaveDuplicates();
    assertThat(client.messages("caught-up")).hasSize(1);
    assertThat(client.messages("reset")).isEmpty();
  }

  /**
   * The history holds 64 events, so most ids are resumed from Redis, and some from another history.
   */
  @Test
  void everyIdIsAPlaceToGoOnFrom() {
    append(100);
    FeedClient client = live("?cursor=earliest", null);
    append(10);
    awaitAll(client);
    List<FeedClient.Message> all = client.messages("message");
    for (int seen = 1; seen < all.size(); seen += 29) {
      assertGoesOn(all, seen, null);
      assertGoesOn(all, seen, "?cursor=");
    }
    for (int seen = all.size() - 40; seen < all.size(); seen += 3) {
      assertGoesOn(all, seen, null);
    }
    readers.close();
    await().until(() -> followed() == 0);
    // a history that begins behind all that it is asked for
    for (int seen = 5; seen < all.size(); seen += 71) {
      assertGoesOn(all, seen, null);
    }
  }

  private static double followed() {
    return Meters.read("penstock_tail_followed", "kind", "entries");
  }

  @Test
  void followsEachPartitionAsLongAsSomebodyReads() {
    live("", null);
    assertThat(followed()).isGreaterThanOrEqualTo(PARTITIONS);
    readers.close();
    await().until(() -> followed() == 0);
  }

  @Test
  void aReaderThatFellOutOfTheChannelIsLateButLosesNothing() {
    FeedClient client = live("", null);
    client.pause();
    append(1_000);
    client.resume();
    append(10);
    awaitAll(client);
    assertThat(client.messages("reset")).isEmpty();
    assertThat(client.messages("caught-up")).hasSize(1);
  }

  @Test
  void aHeartbeatMovesTheIdOfAFilteredReaderOnInAllPartitions() {
    FeedClient client = live("?subject=nobody", null);
    append(40);
    List<Position> ends =
        IntStream.range(0, PARTITIONS).mapToObj(p -> append(p, 1).getFirst()).toList();
    await().until(() -> Cursor.parse(client.lastEventId()).positions().equals(ends));
    assertThat(client.ids()).isEmpty();
    append(3);
    FeedClient again = open("", client.lastEventId());
    await().until(() -> again.ids().size() >= 3 * PARTITIONS);
    assertThat(again.ids()).hasSize(3 * PARTITIONS).allMatch(id -> id.matches("\\d-4[123]"));
  }

  @Test
  void filtersInTheChannelAndInReplays() {
    FeedClient live = live("?subject=seventh", null);
    append(100);
    FeedClient replayed = live("?cursor=earliest&subject=seventh", null);
    for (FeedClient client : List.of(live, replayed)) {
      await().until(() -> client.ids().size() >= 10 * PARTITIONS);
      assertThat(client.ids())
          .hasSize(10 * PARTITIONS)
          .doesNotHaveDuplicates()
          .allMatch(id -> id.endsWith("7"));
    }
  }

  @Test
  void beginsByTimeInAllPartitions() {
    append(10);
    long millis =
        IntStream.range(0, PARTITIONS)
            .mapToLong(p -> append(p, 1).getFirst().millis())
            .max()
            .orElseThrow();
    await().until(() -> append(0, 1).getFirst().millis() > millis);
    append(5);
    Set<String> all = new HashSet<>(live("?cursor=earliest", null).ids());
    FeedClient client = live("?since=" + Instant.ofEpochMilli(millis + 1), null);
    assertThat(all).hasSize(total());
    assertThat(client.ids()).hasSize(1 + 5 * PARTITIONS).doesNotHaveDuplicates();
    for (int p = 1; p < PARTITIONS; p++) {
      assertThat(ofPartition(client.ids(), p)).isEqualTo(appended.get(p).subList(11, 16));
    }
  }

  @Test
  void whatWasTrimmedOfOnePartitionIsAResetOfAll() {
    append(50);
    FeedClient client = live("?cursor=earliest", null);
    awaitAll(client);
    List<FeedClient.Message> all = client.messages("message");
    String old = all.get(20).id();
    Position position = Cursor.parse(all.getLast().id()).position(2);
    Keys.OfPartition names = log.keys(new Partition(stream, 2));
    try (var conversation = redis.open()) {
      conversation.ask("MULTI");
      conversation.ask("HSET", names.log(), "trimmed", position);
      conversation.ask("XTRIM", names.events(), "MAXLEN", 0);
      conversation.ask("EXEC");
    }
    appended.get(2).clear();
    // elsewhere than in a history that still has what was trimmed
    append(0, 100);
    FeedClient again = live("", old);
    awaitAll(again);
    assertThat(again.messages().getFirst().event()).isEqualTo("reset");
    assertThat(again.messages("reset"))
        .singleElement()
        .satisfies(reset -> assertThat(reset.data()).isEqualTo("{\"reason\":\"trimmed\"}"));
    assertThat(client.messages("reset")).isEmpty();
  }

  @Test
  void theLossOfOnePartitionIsAResetOfAll() {
    append(50);
    FeedClient client = live("?cursor=earliest", null);
    awaitAll(client);
    String before = client.lastEventId();
    Keys.OfPartition names = log.keys(new Partition(stream, 1));
    redis.ask("DEL", names.events(), names.log());
    appended.get(1).clear();
    append(5);
    await().until(() -> !client.messages("reset").isEmpty());
    List<FeedClient.Message> told = client.messages();
    int reset = told.stream().map(FeedClient.Message::event).toList().indexOf("reset");
    assertThat(told.get(reset).data()).isEqualTo("{\"reason\":\"new-life\"}");
    await().until(() -> idsBehind(client, reset).size() >= total());
    assertWhole(idsBehind(client, reset));
    FeedClient again = live("", before);
    awaitAll(again);
    assertThat(again.messages("reset").getFirst().data()).contains("new-life");
  }

  private static List<String> idsBehind(FeedClient client, int index) {
    return client.messages().stream()
        .skip(index)
        .filter(message -> message.event().equals("message"))
        .map(FeedClient::idOf)
        .toList();
  }

  @Test
  void theCursorOfOtherPartitionsOrOfSomeIsForeign() {
    append(5);
    Cursor whole = Cursor.parse(live("?cursor=earliest", null).lastEventId());
    Cursor fewer = new Cursor(whole.scope(), whole.places().subList(0, 3));
    Cursor partial = whole.with(1, PartitionPosition.NOWHERE);
    for (Cursor wrong : List.of(fewer, partial)) {
      FeedClient client = live("", wrong.encode());
      awaitAll(client);
      assertThat(client.messages("reset").getFirst().data()).contains("foreign");
      client.close();
    }
  }

  @ParameterizedTest
  @CsvSource({"8, 128", "64, 1100"})
  void idsOfManyPartitionsStayWithinTheirBounds(int partitions, int most) {
    StreamName wide = new StreamName("wide-" + NAMES.incrementAndGet());
    redis.ask("HSET", keys.streams(), wide, partitions);
    for (int p = 0; p < partitions; p++) {
      writer.append(new Partition(wide, p), List.of(LogWriter.event(p + "-0", "s")));
    }
    FeedClient client = readers.open("/streams/" + wide + "/feed?cursor=earliest", null);
    await().until(() -> client.ids().size() == partitions);
    assertThat(client.messages()).allMatch(message -> message.id().length() <= most);
    FeedClient again =
        readers.open(
            "/streams/" + wide + "/feed", client.messages("message").get(partitions / 2 - 1).id());
    await().until(() -> again.ids().size() >= partitions / 2);
    List<String> both = new ArrayList<>(client.ids().subList(0, partitions / 2));
    both.addAll(again.ids());
    assertThat(both).doesNotHaveDuplicates().hasSize(partitions);
  }
}
