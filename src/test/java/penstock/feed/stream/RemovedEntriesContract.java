package penstock.feed.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static penstock.Patience.await;
import static penstock.Requests.given;

import io.quarkus.test.common.http.TestHTTPResource;
import jakarta.inject.Inject;
import java.net.URI;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import penstock.feed.FeedClient;
import penstock.feed.FeedReaders;
import penstock.redis.Keys;
import penstock.redis.RedisServer;
import penstock.stream.Position;
import penstock.stream.StreamName;
import penstock.stream.log.LogWriter;

/**
 * What another hand removes from a log is never passed over in silence. How much more readers are
 * told than they missed depends on what Redis knows.
 */
abstract class RemovedEntriesContract {

  private static final AtomicInteger NAMES = new AtomicInteger();

  RedisServer redis;
  @TestHTTPResource URI base;
  @Inject Keys keys;
  @Inject LogWriter writer;

  private final StreamName stream = new StreamName("removed-" + NAMES.incrementAndGet());
  private FeedReaders readers;
  private List<Position> positions;

  /** Redis tells the last id that was deleted. */
  abstract boolean tellsTheLastDeleted();

  @BeforeEach
  void append() {
    readers = new FeedReaders(base);
    writer.awaitLink();
    redis.ask("HSET", keys.streams(), stream, 1);
    positions = writer.append(stream, "a", "b", "c", "d");
  }

  @AfterEach
  void leave() {
    readers.close();
  }

  private String events() {
    return keys.partition(stream.value(), 0).events();
  }

  private void delete(int... indexes) {
    for (int index : indexes) {
      redis.ask("XDEL", events(), positions.get(index));
    }
  }

  private FeedClient live(String lastEventId) {
    return readers.live("/streams/" + stream + "/feed?cursor=earliest", lastEventId);
  }

  private static List<String> idsIn(FeedClient reader) {
    return reader.messages("message").stream().map(FeedClient::idOf).toList();
  }

  /** The id that a reader has who was told so many events of all four. */
  private String idBehind(int events) {
    FeedClient reader = live(null);
    assertThat(idsIn(reader)).hasSize(4);
    reader.close();
    return reader.messages("message").get(events - 1).id();
  }

  private static void isReset(FeedClient reader, String... all) {
    assertThat(reader.messages("reset"))
        .singleElement()
        .satisfies(reset -> assertThat(reset.data()).contains("trimmed"));
    assertThat(idsIn(reader)).containsExactly(all);
  }

  private static void goesOn(FeedClient reader, String... rest) {
    assertThat(reader.messages("reset")).isEmpty();
    assertThat(idsIn(reader)).containsExactly(rest);
  }

  @Test
  void whoStandsBeforeADeletionInTheMiddleIsTold() {
    String behindA = idBehind(1);
    delete(1);
    isReset(live(behindA), "a", "c", "d");
    given()
        .get("/streams/{s}/events?cursor={c}", stream.value(), behindA)
        .then()
        .statusCode(410)
        .body("reason", equalTo("trimmed"));
  }

  @Test
  void whoStandsBehindItMissedNothing() {
    String behindB = idBehind(2);
    String behindD = idBehind(4);
    delete(1);
    if (tellsTheLastDeleted()) {
      goesOn(live(behindB), "c", "d");
    } else {
      isReset(live(behindB), "a", "c", "d");
    }
    goesOn(live(behindD));
  }

  @Test
  void whoseFeedBeganBehindItIsNotToldAgain() {
    String behindA = idBehind(1);
    delete(1);
    FeedClient told = live(behindA);
    isReset(told, "a", "c", "d");
    told.close();
    goesOn(live(told.messages("reset").getFirst().id()), "a", "c", "d");
    goesOn(live(told.messages("message").getFirst().id()), "c", "d");
  }

  @Test
  void theNewestIsMissedLikeAnyOther() {
    String behindC = idBehind(3);
    String behindD = idBehind(4);
    delete(3);
    isReset(live(behindC), "a", "b", "c");
    goesOn(live(behindD));
  }

  @Test
  void whatIsDeletedBeforeAnEarlierDeletionIsMissedToo() {
    delete(2);
    FeedClient first = live(null);
    assertThat(idsIn(first)).containsExactly("a", "b", "d");
    first.close();
    delete(1);
    isReset(live(first.messages("message").getFirst().id()), "a", "d");
    goesOn(live(first.messages("message").getLast().id()));
  }

  @Test
  void aReaderThatIsConnectedAndHasAllGoesOn() {
    FeedClient reader = live(null);
    delete(1, 2);
    writer.append(stream, "e");
    await().until(() -> idsIn(reader).contains("e"));
    delete(0);
    writer.append(stream, "f");
    await().until(() -> idsIn(reader).contains("f"));
    goesOn(reader, "a", "b", "c", "d", "e", "f");
  }

  @Test
  void aTrimmedBeginningIsToldToThoseBeforeIt() {
    String behindA = idBehind(1);
    String behindB = idBehind(2);
    redis.ask("XTRIM", events(), "MAXLEN", 2);
    isReset(live(behindA), "c", "d");
    if (tellsTheLastDeleted()) {
      goesOn(live(behindB), "c", "d");
    }
  }

  @Test
  void aDeletionBeginsATermButNotForReadersOfViews() {
    String before = (String) redis.ask("HGET", keys.partition(stream.value(), 0).log(), "reign");
    delete(1);
    writer.append(stream, "e");
    assertThat(redis.ask("HGET", keys.partition(stream.value(), 0).log(), "reign"))
        .isEqualTo(before);
    assertThat((String) redis.ask("HGET", keys.partition(stream.value(), 0).log(), "terms"))
        .contains(",2:");
  }

  @Test
  void aFeedOfAViewGoesOnAcrossADeletion() {
    var commits = new StreamName("commits");
    String type = stream.value();
    Position first =
        writer.append(commits, List.of(LogWriter.event(type + "-1", null, type, "{}"))).getFirst();
    String feed = "/views/commits-by-type/feed?key=" + type;
    await()
        .until(() -> given().get("/views/commits-by-type/entries/{k}", type).statusCode() == 200);
    FeedClient reader = readers.live(feed, null);
    assertThat(reader.messages("snapshot").getLast().data()).contains("\"value\":1");
    reader.close();

    redis.ask("XDEL", keys.partition("commits", 0).events(), first);
    writer.append(commits, List.of(LogWriter.event(type + "-2", null, type, "{}")));
    FeedClient again = readers.live(feed, reader.lastEventId());
    await().until(() -> again.messages("change").size() == 1);
    assertThat(again.messages("change").getFirst().data()).contains("\"value\":2");
    assertThat(again.messages("reset")).isEmpty();
  }
}
