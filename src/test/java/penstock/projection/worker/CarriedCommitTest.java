package penstock.projection.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static penstock.Patience.await;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import penstock.consumer.worker.ShardTask;
import penstock.projection.ProjectionShard;
import penstock.redis.RedisConversation;
import penstock.redis.RedisReplyException;
import penstock.redis.RedisResource;
import penstock.redis.Script;
import penstock.stream.Position;
import penstock.stream.log.LogNews;
import penstock.stream.log.LogWriter;
import penstock.stream.log.RawRecord;
import penstock.stream.tail.CarriedCommit;

/** What a view makes of an event is committed by the script that appends it, or as ever. */
@QuarkusTest
@WithTestResource(RedisResource.class)
@TestProfile(HandDriven.Profile.class)
class CarriedCommitTest extends ShardScenario {

  private static final Script APPEND = Script.named("append");

  @Inject LogWriter writer;

  /** The log's last. */
  private Position end = Position.ZERO;

  private int ids;

  /** Who appends follows the log, as a service does. */
  private RedisConversation follower;

  @BeforeEach
  void begin() {
    end = Position.ZERO;
    writer.awaitLink();
    follower = redis.open();
    follow();
  }

  private void follow() {
    follower.ask("SUBSCRIBE", log.names().events());
    follower.ask("SUBSCRIBE", log.names().told());
  }

  /** As where nobody has a feed or a view of the stream. */
  private void leaveAlone() {
    follower.close();
    await().until(() -> followers() == 0);
    follower = redis.open();
  }

  @AfterEach
  void leave() {
    follower.close();
  }

  private Long followers() {
    return (Long) ((List<?>) log.ask("PUBSUB", "NUMSUB", log.names().told())).get(1);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** An event as it is written. */
  private List<byte[]> event(String subject, String data) {
    return event("id-" + ++ids, subject, data);
  }

  private static List<byte[]> event(String id, String subject, String data) {
    var fields =
        List.of(
            "specversion",
            "1.0",
            "id",
            id,
            "source",
            "/t",
            "type",
            "t",
            "subject",
            subject,
            "data",
            data);
    return fields.stream().map(CarriedCommitTest::bytes).toList();
  }

  private static List<RawRecord> records(List<List<byte[]>> events) {
    return events.stream().map(fields -> RawRecord.of(Position.ZERO, fields)).toList();
  }

  private @Nullable CarriedCommit carry(ShardTask task, List<List<byte[]>> events) {
    return task.carry(records(events));
  }

  /** Appends as the service does, and notes what is to be told of it. */
  private final class Appended {
    private final List<List<byte[]>> events;
    private final Response reply;
    final List<Position> positions = new ArrayList<>();

    /** What is told of it, sooner or later; null if nothing was new. */
    final @Nullable LogNews news;

    Appended(List<List<byte[]>> events, @Nullable CarriedCommit carried) {
      this(events, carried, carried == null ? null : followers());
    }

    Appended(List<List<byte[]>> events, @Nullable CarriedCommit carried, @Nullable Long followers) {
      this.events = events;
      var keys = new ArrayList<>(List.of(log.names().events(), log.names().log()));
      if (carried != null) {
        keys.addAll(carried.keys());
      }
      Request call =
          APPEND
              .call(keys.toArray(String[]::new))
              .arg(log.names().seen())
              .arg("a-life")
              .arg(120_000)
              .arg(events.size());
      for (List<byte[]> event : events) {
        // the id, which is enough for it here
        call.arg(event.get(3)).arg(event.size());
        event.forEach(call::arg);
      }
      if (carried != null) {
        carried.write(call.arg(followers));
      }
      reply = await(APPEND.run(writer.link(), call));
      for (int i = 0; i < events.size(); i++) {
        positions.add(Position.parse(reply.get(2 + 2 * i).toString()));
      }
      news = fresh();
    }

    boolean isFresh(int event) {
      return reply.get(3 + 2 * event).toInteger() == 0;
    }

    Response outcome() {
      return reply.get(reply.size() - 1);
    }

    private @Nullable LogNews fresh() {
      List<RawRecord> fresh =
          IntStream.range(0, events.size())
              .filter(this::isFresh)
              .mapToObj(i -> RawRecord.of(positions.get(i), events.get(i)))
              .toList();
      if (fresh.isEmpty()) {
        return null;
      }
      Position before = end;
      end = fresh.getLast().position();
      return told(before, fresh);
    }
  }

  private void tell(ShardTask task, Appended appended) {
    LogNews news = appended.news;
    if (news != null) {
      task.told(news);
      task.advanceAtOnce();
    }
  }

  private Appended append(List<byte[]> event) {
    return new Appended(List.of(event), null);
  }

  /** A task that was told all there is, and knows the entry "a". */
  private ShardTask atTheEnd(String view) {
    ShardTask task = task(view);
    drain(task);
    tell(task, append(event("a", "{\"n\":0}")));
    drain(task);
    reached(task, end);
    return task;
  }

  private CarriedCommit carried(ShardTask task, List<List<byte[]>> events) {
    return await()
        .until(
            () -> {
              renew(task);
              return carry(task, events);
            },
            Objects::nonNull);
  }

  @Test
  void theScriptThatAppendsCommits() {
    ShardTask task = atTheEnd("merged");
    long groups = redis.calls("xreadgroup");
    for (int i = 1; i < 10; i++) {
      var events = List.of(event("a", "{\"n\":%d}".formatted(i)), event("a", "{\"m\":1}"));
      CarriedCommit carried = carried(task, events);
      Object before = log.ask("XLEN", view(task).names().changes());
      var appended = new Appended(events, carried);
      assertThat(carried.appended(appended.positions, appended.outcome())).isTrue();
      assertThat(state(view(task), "applied")).isEqualTo(appended.positions.getLast().toString());
      tell(task, appended);
      assertThat(log.ask("XLEN", view(task).names().changes()))
          .as("nothing is committed twice")
          .isEqualTo((Long) before + 1);
    }
    assertThat(log.entries(view(task).names())).containsEntry("a", Map.of("n", "9", "m", "1"));
    assertThat(state(view(task), "count")).isEqualTo("19");
    assertThat(redis.calls("xreadgroup")).isEqualTo(groups);
    assertThat(log.pending(view(task).group())).isZero();
    drain(task);
    tell(task, append(event("a", "{\"n\":10}")));
    drain(task);
    reached(task, end);
    assertThat(log.entries(view(task).names())).containsEntry("a", Map.of("n", "10", "m", "1"));
  }

  /** As if it had never been folded. */
  @Test
  void whatWasThereAlreadyIsNotCommittedAgain() {
    ShardTask task = atTheEnd("counted");
    List<byte[]> again = event("again", "a", "{}");
    tell(task, append(again));
    drain(task);
    for (List<List<byte[]>> events :
        List.of(List.of(again), List.of(event("a", "{}"), again, event("a", "{}")))) {
      CarriedCommit carried = carried(task, events);
      var appended = new Appended(events, carried);
      assertThat(appended.outcome().get(0).toString()).startsWith("MOVED");
      assertThat(carried.appended(appended.positions, appended.outcome())).isFalse();
      tell(task, appended);
      drain(task);
    }
    reached(task, end);
    assertThat(counts(view(task))).isEqualTo(Map.of("a", 4));
  }

  @Test
  void whatAnotherAppendedFirstComesFirst() {
    ShardTask task = atTheEnd("counted");
    List<List<byte[]>> events = List.of(event("a", "{}"));
    CarriedCommit carried = carried(task, events);
    Appended other = append(event("a", "{}"));
    var appended = new Appended(events, carried);
    assertThat(appended.outcome().get(0).toString()).startsWith("GAP");
    tell(task, other);
    assertThat(carried.appended(appended.positions, appended.outcome())).isFalse();
    tell(task, appended);
    drain(task);
    reached(task, end);
    assertThat(counts(view(task))).isEqualTo(Map.of("a", 3));
    assertThat(state(view(task), "count")).isEqualTo("3");
  }

  /** One entry more and one less, which the log's length does not show. */
  @Test
  void whatAnotherHandPutInItsWayIsNotPassedOver() {
    ShardTask task = atTheEnd("counted");
    List<List<byte[]>> events = List.of(event("a", "{}"));
    CarriedCommit carried = carried(task, events);
    log.ask("XADD", log.names().events(), "*", "specversion", "1.0", "id", "by-hand");
    log.ask("XDEL", log.names().events(), end.toString());
    var appended = new Appended(events, carried);
    assertThat(appended.isFresh(0)).isTrue();
    assertThat(appended.outcome().get(0).toString()).startsWith("GAP");
    assertThat(carried.appended(appended.positions, appended.outcome())).isFalse();
  }

  /** Each question costs Redis about a microsecond. */
  @Test
  void whatTheAppendKnowsTheCommitDoesNotAsk() {
    ShardTask task = atTheEnd("counted");
    try (var reader = readerOf(view(task))) {
      // others ask now and then as well, so what counts is what it takes at the least
      await()
          .untilAsserted(
              () -> {
                List<List<byte[]>> events = List.of(event("a", "{}"));
                CarriedCommit carried = carried(task, events);
                log.ask("CONFIG", "RESETSTAT");
                var appended = new Appended(events, carried);
                carried.appended(appended.positions, appended.outcome());
                assertThat(redis.calls("xgroup(?:.setid)?")).as("commits").isEqualTo(1);
                assertThat(redis.calls("time")).isEqualTo(1);
                assertThat(redis.calls("pubsub(?:.numsub)?")).as("one is the test's").isEqualTo(2);
                assertThat(redis.calls("hmget")).as("log, digests, view").isEqualTo(3);
                assertThat(redis.calls("xrange")).as("nothing in between").isEqualTo(1);
                assertThat(redis.calls("xrevrange")).isZero();
              });
      assertThat(reader.ask("PING")).asString().contains(view(task).names().told());
    }
  }

  /** Whoever reads the view, and nothing else. */
  private RedisConversation readerOf(ProjectionShard shard) {
    RedisConversation reader = redis.open();
    reader.ask("SUBSCRIBE", shard.names().told());
    return reader;
  }

  /**
   * Over its own channel; if nobody follows the log, or too many events for it come at once, it is
   * asked who does.
   */
  @Test
  void itsReadersAreToldWhateverTheAppendKnows() {
    ShardTask task = atTheEnd("counted");
    for (boolean isFollowed : List.of(true, false)) {
      if (!isFollowed) {
        leaveAlone();
      }
      for (int count : List.of(1, 16, 17)) {
        var events = IntStream.range(0, count).mapToObj(i -> event("a", "{}")).toList();
        CarriedCommit carried = carried(task, events);
        try (var reader = readerOf(view(task))) {
          var appended = new Appended(events, carried);
          assertThat(carried.appended(appended.positions, appended.outcome())).isTrue();
          tell(task, appended);
          assertThat(reader.ask("PING")).asString().contains(view(task).names().told());
        }
      }
    }
  }

  /** Nobody is told, and nothing else is missing. */
  @Test
  void whoMayNotAskWhoListensCommitsAllTheSame() {
    ShardTask task = atTheEnd("counted");
    List<List<byte[]>> events = List.of(event("a", "{}"));
    try (var reader = readerOf(view(task))) {
      CarriedCommit carried = carried(task, events);
      Long listening = followers();
      redis.ask("ACL", "SETUSER", "default", "-pubsub");
      try {
        var appended = new Appended(events, carried, listening);
        assertThat(carried.appended(appended.positions, appended.outcome())).isTrue();
      } finally {
        redis.ask("ACL", "SETUSER", "default", "+pubsub");
      }
      assertThat(counts(view(task))).isEqualTo(Map.of("a", 2));
      assertThat(reader.ask("PING")).asString().doesNotContain(view(task).names().told());
    }
  }

  /** As if events that it had not seen had been removed by hand. */
  @Test
  void atTheLogsEndAllIsApplied() {
    ShardTask task = atTheEnd("counted");
    List<List<byte[]>> events = List.of(event("a", "{}"));
    CarriedCommit carried = carried(task, events);
    log.ask("HSET", view(task).names().state(), "count", 0);
    var appended = new Appended(events, carried);
    assertThat(carried.appended(appended.positions, appended.outcome())).isTrue();
    assertThat(state(view(task), "count")).isEqualTo("2");
  }

  @Test
  void whatIsAppendedIsThereWhateverBecomesOfTheCommit() {
    ShardTask task = atTheEnd("counted");
    List<List<byte[]>> events = List.of(event("a", "{}"));
    CarriedCommit carried = carried(task, events);
    log.ask("DEL", view(task).names().lease());
    ShardTask other = task("counted");
    drain(other);
    var appended = new Appended(events, carried);
    assertThat(appended.outcome().get(0).toString()).startsWith("FENCED");
    carried.appended(appended.positions, appended.outcome());
    tell(other, appended);
    drain(other);
    reached(other, end);
    assertThatThrownBy(task::runOnce).hasMessageContaining("FENCED");
    assertThat(counts(view(other))).isEqualTo(Map.of("a", 2));
  }

  @Test
  void aWriteThatFailsMarksTheGenerationAndNotTheAppend() {
    ShardTask task = atTheEnd("counted");
    List<List<byte[]>> events = List.of(event("a", "{}"));
    CarriedCommit carried = carried(task, events);
    log.ask("DEL", view(task).names().entries() + "a");
    log.ask("SET", view(task).names().entries() + "a", "no hash");
    var appended = new Appended(events, carried);
    assertThat(appended.isFresh(0)).isTrue();
    assertThat(appended.outcome().get(0).toString()).startsWith("BROKEN").contains("WRONGTYPE");
    carried.appended(appended.positions, appended.outcome());
    assertThatThrownBy(task::runOnce).hasMessageContaining("BROKEN");
    assertThat(state(view(task), "broken")).contains("WRONGTYPE");
  }

  @Test
  void aFullRedisRefusesAll() {
    ShardTask task = atTheEnd("counted");
    List<List<byte[]>> events = List.of(event("a", "{}"));
    CarriedCommit carried = carried(task, events);
    String applied = state(view(task), "applied");
    log.ask("CONFIG", "SET", "maxmemory", 1);
    assertThatThrownBy(() -> new Appended(events, carried)).isNotNull();
    log.ask("CONFIG", "SET", "maxmemory", 0);
    assertThat(state(view(task), "applied")).isEqualTo(applied);
    assertThat(log.ask("XLEN", log.names().events())).isEqualTo(1L);
    carried.failed(new RedisReplyException("OOM as a test"));
    tell(task, append(events.getFirst()));
    drain(task);
    reached(task, end);
    assertThat(counts(view(task))).isEqualTo(Map.of("a", 2));
  }

  @Test
  void whatTakesWaitingOrTimeIsFoldedWhenItIsTold() {
    ShardTask task = atTheEnd("counted");
    renew(task);
    List<List<byte[]>> many = IntStream.range(0, 33).mapToObj(i -> event("a", "{}")).toList();
    assertThat(carry(task, many)).as("many").isNull();
    assertThat(carry(task, List.of(event("a", "x".repeat(65_536))))).as("large").isNull();
    assertThat(carry(task, List.of(event("b", "{}")))).as("an entry that is not known").isNull();
    assertThat(carry(atTheEnd("windowed"), List.of(event("a", "{}")))).as("its time").isNull();
    List<byte[]> unusable = event("a", "{\"who\":{}}");
    assertThat(carry(atTheEnd("lenient"), List.of(unusable))).as("a dead letter").isNull();
    assertThat(carry(atTheEnd("halting"), List.of(unusable))).as("halts").isNull();
  }

  /** One that another append carries is not yet known to be done. */
  @Test
  void oneCommitIsUnderWay() {
    ShardTask task = atTheEnd("counted");
    List<List<byte[]>> events = List.of(event("a", "{}"));
    CarriedCommit carried = carried(task, events);
    assertThat(carry(task, List.of(event("a", "{}")))).isNull();
    var appended = new Appended(events, carried);
    Appended next = append(event("a", "{}"));
    tell(task, appended);
    tell(task, next);
    assertThat(state(view(task), "count")).isEqualTo("2");
    carried.appended(appended.positions, appended.outcome());
    drain(task);
    reached(task, end);
    assertThat(counts(view(task))).isEqualTo(Map.of("a", 3));
  }

  /** What was told meanwhile is not folded behind what may never be. */
  @Test
  void theThreadWaitsForWhatGoesAlong() throws InterruptedException {
    ShardTask task = atTheEnd("counted");
    List<List<byte[]>> events = List.of(event("a", "{}"));
    CarriedCommit carried = carried(task, events);
    LogNews other = append(event("a", "{}")).news;
    task.told(other);
    Thread thread = Thread.ofVirtual().start(() -> drain(task));
    await().until(() -> thread.getState() != Thread.State.RUNNABLE);
    assertThat(state(view(task), "count")).isEqualTo("1");
    var appended = new Appended(events, carried);
    assertThat(carried.appended(appended.positions, appended.outcome())).isFalse();
    thread.join();
    tell(task, appended);
    drain(task);
    reached(task, end);
    assertThat(counts(view(task))).isEqualTo(Map.of("a", 3));
  }

  /** A commit that is under way with an append. */
  private record UnderWay(
      ShardTask task, CarriedCommit carried, List<List<byte[]>> events, @Nullable Appended sent) {}

  /**
   * Random turns of two tasks that lose leases and memory, told of what is appended by and by; what
   * goes along with appends is sent at once or behind others, answered late, or never.
   */
  @Test
  void everyEventCountsOnceWhateverGoesAlong() throws InterruptedException {
    long seed = System.nanoTime();
    int done = 0;
    for (int run = 0; run < 20; run++) {
      redis.flush();
      expected.clear();
      end = Position.ZERO;
      Random random = new Random(seed + run);
      leaveAlone();
      if (random.nextBoolean()) {
        follow();
      }
      ProjectionShard shard = hand.shard("counted");
      ShardTask[] tasks = {hand.task(shard, "a", COMMIT), hand.task(shard, "b", COMMIT)};
      drain(tasks[0]);
      UnderWay underWay = null;
      for (int turn = 0; turn < 150 || underWay != null; turn++) {
        ShardTask task = tasks[random.nextInt(2)];
        switch (random.nextInt(12)) {
          case 0 -> log.ask("DEL", shard.names().lease());
          case 1, 2 -> count(new Appended(some(random), null), random, tasks);
          case 3, 4, 5, 6 -> {
            if (underWay == null) {
              if (random.nextBoolean()) {
                drain(task);
              }
              var events = some(random);
              CarriedCommit carried = task.carry(records(events));
              if (carried == null) {
                count(new Appended(events, null), random, tasks);
              } else {
                underWay = new UnderWay(task, carried, events, null);
              }
            } else if (underWay.sent() == null) {
              var sent = new Appended(underWay.events(), underWay.carried());
              underWay = new UnderWay(underWay.task(), underWay.carried(), underWay.events(), sent);
            }
          }
          case 7, 8, 9 -> {
            if (underWay != null) {
              done += end(underWay, random, tasks) ? 1 : 0;
              underWay = null;
            }
          }
          default -> {
            // whose thread would wait for it
            if (underWay == null || underWay.task() != task) {
              quiet(task);
            }
          }
        }
      }
      log.ask("DEL", shard.names().lease());
      ShardTask last = hand.task(shard, "last", COMMIT);
      runUntil(last, () -> last.state().isFine() && state(shard, "fence") != null);
      drain(last);
      assertThat(counts(shard)).as("seed %d", seed + run).isEqualTo(expected);
    }
    assertThat(done).as("commits that went along").isPositive();
  }

  private List<List<byte[]>> some(Random random) {
    var events = new ArrayList<List<byte[]>>();
    for (int i = random.nextInt(3); i >= 0; i--) {
      String subject = "key-" + random.nextInt(4);
      // one in eight was sent before
      String id = "id-" + (random.nextInt(8) == 0 ? 1 + random.nextInt(++ids) : ++ids);
      events.add(event(id, subject, "{}"));
    }
    return events;
  }

  /** Is told to the tasks, but now and then only that there is something. */
  private void count(Appended appended, Random random, ShardTask... tasks) {
    for (int i = 0; i < appended.events.size(); i++) {
      if (appended.isFresh(i)) {
        String subject = new String(appended.events.get(i).get(9), StandardCharsets.UTF_8);
        expected.merge(subject, 1, Integer::sum);
      }
    }
    LogNews news = appended.news;
    for (ShardTask task : tasks) {
      if (news != null && random.nextInt(20) > 0) {
        task.told(news);
        task.advanceAtOnce();
      } else {
        task.appended();
      }
    }
  }

  /** The answer comes, or it is lost; or what was to be sent never was. */
  private boolean end(UnderWay underWay, Random random, ShardTask... tasks) {
    Appended sent = underWay.sent();
    boolean done = false;
    if (sent == null || random.nextInt(5) == 0) {
      underWay.carried().failed(new RedisReplyException("LOST as a test"));
    } else {
      done = underWay.carried().appended(sent.positions, sent.outcome());
    }
    if (sent != null) {
      count(sent, random, tasks);
    }
    return done;
  }
}
