package penstock.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static penstock.Patience.await;
import static penstock.Requests.given;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.ValidatableResponse;
import io.vertx.core.Future;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import penstock.event.Event;
import penstock.event.EventFields;
import penstock.redis.Keys;
import penstock.redis.RedisConversation;
import penstock.redis.RedisResource;
import penstock.redis.RedisServer;
import penstock.stream.LogEntry;
import penstock.stream.LogState;
import penstock.stream.Partition;
import penstock.stream.Position;
import penstock.stream.StreamName;
import penstock.stream.log.EventLog;
import penstock.stream.log.LogNews;
import penstock.stream.log.LogPage;
import penstock.stream.log.LogWriter;
import penstock.stream.log.RawRecord;
import penstock.stream.tail.AnswerListener;
import penstock.stream.tail.Tail;
import penstock.stream.tail.TailListener;

/**
 * What this instance appends to a log that only it follows is told by the answer to the append.
 * Quiet logs are never looked at here.
 */
@QuarkusTest
@WithTestResource(RedisResource.class)
@TestProfile(ToldByAnswerTest.Settings.class)
class ToldByAnswerTest {

  public static final class Settings implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of(
          "penstock.tail.check-interval", "1h",
          "penstock.streams.trim-interval", "1h",
          "penstock.projection.enabled", "false");
    }
  }

  RedisServer redis;
  @Inject Tail tail;
  @Inject LogWriter writer;
  @Inject EventLog log;

  private final Partition partition =
      new Partition(new StreamName("answered-" + UUID.randomUUID()), 0);
  private final Notes notes = new Notes();
  private final List<Runnable> ends = new ArrayList<>();
  private Keys.OfPartition keys;

  private static class Notes implements TailListener {

    final List<LogEntry> entries = new CopyOnWriteArrayList<>();
    final List<LogState> calls = new CopyOnWriteArrayList<>();
    final List<LogState> moves = new CopyOnWriteArrayList<>();
    final Set<Thread> threads = ConcurrentHashMap.newKeySet();

    @Override
    public void appended(LogState log, List<LogEntry> some) {
      calls.add(log);
      threads.add(Thread.currentThread());
      entries.addAll(some);
    }

    @Override
    public void moved(LogState log) {
      moves.add(log);
    }

    List<String> ids() {
      return entries.stream().map(entry -> entry.event().id()).toList();
    }
  }

  private static final class Sleeper extends Notes {
    @Override
    public boolean wantsEntries() {
      return false;
    }

    /** It would have to ask for what they are. */
    @Override
    public void appended(LogState log, List<LogEntry> some) {
      calls.add(log);
    }

    /** As a worker reads them, which may be from what is written, or from what is known. */
    @Override
    public void told(LogState log, LogNews news) {
      calls.add(log);
      for (RawRecord record : news.records()) {
        Event read = EventFields.read(record.fields(), record.from());
        assertThat(record.event()).isEqualTo(read);
        entries.add(new LogEntry(record.position(), record.event()));
      }
    }
  }

  @BeforeEach
  void connect() {
    writer.awaitLink();
    keys = log.keys(partition);
    post("first").statusCode(201);
    long read = redis.calls("xread");
    follow(notes);
    // the tail looks once more behind the moment from which it follows
    await().until(() -> redis.calls("xread") > read);
  }

  /**
   * Hears what is published of the log, and is not counted among those who listen to it. How often
   * anything is published does not say so: each look for deadlines is, too.
   */
  private RedisConversation overhear() {
    RedisConversation other = redis.open();
    other.ask("PSUBSCRIBE", keys.events() + "*");
    return other;
  }

  private static void assertHeardNothing(RedisConversation other) {
    assertThat(String.valueOf(other.ask("PING"))).contains("pong");
  }

  /** Over how many connections each of both channels is listened to. */
  private void awaitListeners(int count) {
    await()
        .until(
            () ->
                redis
                    .ask("PUBSUB", "NUMSUB", keys.events(), keys.told())
                    .toString()
                    .equals(
                        "[%s, %d, %s, %d]".formatted(keys.events(), count, keys.told(), count)));
  }

  private void follow(TailListener listener) {
    ends.add(() -> tail.unfollow(partition, listener));
    await(tail.follow(partition, listener));
  }

  @AfterEach
  void leave() {
    redis.ask("CONFIG", "SET", "maxmemory", "0");
    ends.forEach(Runnable::run);
  }

  private ValidatableResponse post(String... ids) {
    var events = new StringBuilder();
    for (String id : ids) {
      events
          .append(events.isEmpty() ? "[" : ",")
          .append(
              """
              {"specversion":"1.0","id":"%s","source":"/a","type":"t","subject":"s","n":7,"b":true,
               "time":"2026-01-02T03:04:05.60Z","data":{"total": 1.10, "of": "\\u00e9"}}"""
                  .formatted(id));
    }
    return given()
        .contentType("application/cloudevents-batch+json")
        .body(events.append("]").toString())
        .post("/streams/{s}/events", partition.stream().value())
        .then();
  }

  private List<LogEntry> written() {
    List<LogEntry> all = await(log.page(partition, Position.ZERO, 10_000, writer.link())).entries();
    return all.subList(1, all.size());
  }

  /** What is delivered is what is in the log, as it would be read from there. */
  @Test
  void nothingIsPublishedOrReadOfWhatNobodyElseFollows() {
    long read = redis.calls("xread");
    try (RedisConversation other = overhear()) {
      for (int i = 0; i < 20; i++) {
        post("a" + i, "b" + i).statusCode(201);
        int wanted = 2 * i + 2;
        await().until(() -> notes.entries.size() == wanted);
      }
      assertHeardNothing(other);
    }
    assertThat(redis.calls("xread")).isEqualTo(read);
    assertThat(notes.entries).isEqualTo(written());
    assertThat(notes.calls.getLast()).isEqualTo(sameMoment(await(log.observe(partition))));
    assertThat(notes.moves).isEmpty();
  }

  private LogState sameMoment(LogState now) {
    LogState told = notes.calls.getLast();
    return new LogState(
        now.life(), now.terms(), now.trimmed(), now.last(), now.appended(), told.millis());
  }

  /** An event wakes only those event loops that have something to read, or to write of it. */
  @Test
  void isToldOnTheEventLoopThatHasTheAnswer() {
    for (int i = 1; i <= 100 && notes.threads.size() < 2; i++) {
      post("e" + i).statusCode(201);
      int wanted = i;
      await().until(() -> notes.entries.size() == wanted);
    }
    assertThat(notes.threads).hasSizeGreaterThan(1);
  }

  @Test
  void anEventThatIsThereAlreadyIsNotToldAgain() {
    post("a", "b", "a");
    post("b", "c");
    post("a");
    post("d");
    await().until(() -> notes.ids().contains("d"));
    assertThat(notes.ids()).containsExactly("a", "b", "c", "d");
  }

  /** Workers, who want records, are told with those who want entries, and by themselves. */
  @Test
  void whoOnlyWantsToBeWokenIsToldTheRecordsByTheAnswer() {
    var sleeper = new Sleeper();
    follow(sleeper);
    try (RedisConversation other = overhear()) {
      post("a").statusCode(201);
      await().until(() -> sleeper.ids().equals(List.of("a")) && notes.ids().equals(List.of("a")));
      assertThat(sleeper.entries).isEqualTo(written());
      tail.unfollow(partition, notes);
      awaitListeners(1);
      post("b", "c").statusCode(201);
      await().until(() -> sleeper.ids().equals(List.of("a", "b", "c")));
      assertThat(sleeper.entries).isEqualTo(written());
      assertHeardNothing(other);
    }
  }

  @Test
  void whoElseFollowsIsToldByRedis() {
    try (var other = redis.open()) {
      other.ask("SUBSCRIBE", keys.told());
      post("a").statusCode(201);
      assertThat(String.valueOf(other.ask("PING"))).contains("message", keys.told());
    }
    await().until(() -> notes.ids().equals(List.of("a")));
  }

  /** The length of the log does not show it, since as many were removed. */
  @Test
  void missesNothingThatAnotherHandPutBefore() {
    post("a", "b").statusCode(201);
    await().until(() -> notes.entries.size() == 2);
    try (var conversation = redis.open()) {
      conversation.ask("MULTI");
      conversation.ask("XADD", keys.events(), "*", "id", "x", "source", "/", "type", "t");
      conversation.ask("XDEL", keys.events(), notes.entries.getFirst().position().toString());
      conversation.ask("EXEC");
    }
    post("c").statusCode(201);
    await().until(() -> notes.ids().contains("c"));
    assertThat(notes.ids()).containsExactly("a", "b", "x", "c");
  }

  /** What others append comes another way, before it or behind it. */
  @Test
  void deliversEachOnceAndInOrderWhoeverAppends() throws Exception {
    try (ExecutorService own = Executors.newFixedThreadPool(4)) {
      List<Callable<?>> posts = new ArrayList<>();
      for (int i = 0; i < 300; i++) {
        String id = "own" + i;
        posts.add(() -> post(id).statusCode(201));
      }
      var begun = posts.stream().map(own::submit).toList();
      List<Future<?>> appends = new ArrayList<>();
      for (int i = 0; i < 300; i++) {
        appends.add(writer.begin(partition, List.of(LogWriter.event("other" + i, null))));
        if (i % 10 == 0) {
          Thread.sleep(5);
        }
      }
      for (var one : begun) {
        one.get();
      }
      await(Future.join(appends));
    }
    await().until(() -> notes.entries.size() >= 600);
    assertThat(notes.entries).isEqualTo(written());
    assertThat(notes.moves).isEmpty();
  }

  /** Redis counts who listens when it appends, and who follows then may be gone with the answer. */
  @Test
  void whoElseListensHearsOfItWhenThisInstanceHasLeft() {
    LogState last = await(log.observe(partition));
    ends.forEach(Runnable::run);
    awaitListeners(0);
    try (var other = redis.open()) {
      other.ask("SUBSCRIBE", keys.events());
      Position next = Position.parse("9" + last.last());
      tail.answered(
          new AnswerListener(true, false),
          keys,
          new LogNews(
              last.life(),
              last.term(),
              last.trimmed(),
              last.last(),
              last.appended() + 1,
              last.millis(),
              LogPage.of(List.of(new LogEntry(next, LogWriter.event("a", null)))),
              List.of()),
          false);
      await().until(() -> String.valueOf(other.ask("PING")).contains(next.toString()));
    }
  }

  @Test
  void anAppendThatFailsIsLookedFor() {
    redis.ask("XADD", keys.events(), "*", "id", "x", "source", "/", "type", "t");
    redis.ask("CONFIG", "SET", "maxmemory", "1");
    post("a").statusCode(503);
    await().until(() -> notes.ids().equals(List.of("x")));
  }
}
