package penstock.sink.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static penstock.Patience.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.vertx.core.Promise;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import penstock.consumer.Instance;
import penstock.consumer.ProjectionConfig;
import penstock.consumer.membership.Membership;
import penstock.consumer.membership.PartitionAssignor;
import penstock.consumer.worker.ShardTask;
import penstock.consumer.worker.ShardTaskState;
import penstock.projection.TestLog;
import penstock.redis.Keys;
import penstock.redis.RedisLinks;
import penstock.redis.RedisResource;
import penstock.redis.RedisServer;
import penstock.redis.Script;
import penstock.sink.Delivery;
import penstock.sink.Outcome;
import penstock.sink.SinkName;
import penstock.sink.SinkTarget;
import penstock.sink.Sinks;
import penstock.stream.log.EventLog;
import penstock.trace.Tracing;

/** Sinks of one stream, driven by hand against a real Redis. */
@QuarkusTest
@WithTestResource(RedisResource.class)
@TestProfile(SinkTaskTest.Profile.class)
class SinkTaskTest {

  private static final Script COMMIT = Script.named("sink-commit");
  private static final int STEPS = 1000;

  /** What a link takes by default: {@code penstock.redis.max-pending}. */
  private static final int MAX_PENDING = 2_048;

  /** No tasks but those that a test makes. */
  public static final class Profile implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      var overrides = new HashMap<String, String>();
      overrides.put("penstock.projection.enabled", "false");
      overrides.put("penstock.projection.lease", "1s");
      overrides.put("penstock.streams.hand.partitions", "1");
      for (String order : List.of("partition", "key", "none")) {
        sink(overrides, "by-" + order, Map.of("order", order, "batch", "10"));
      }
      sink(overrides, "single", Map.of("order", "key", "max-in-flight", "4"));
      sink(overrides, "late", Map.of("start", "latest"));
      sink(
          overrides,
          "picky",
          Map.of("types", "wanted,other*", "filter", "{\"sql\":\"subject <> 'no'\"}"));
      sink(
          overrides,
          "tight",
          Map.of("max-waiting", "5", "max-in-flight", "2", "max-buffered", "1"));
      sink(overrides, "strict", Map.of("on-refused", "stop"));
      sink(overrides, "patient", Map.of("retry.refused-attempts", "3"));
      sink(overrides, "brief", Map.of("retry.give-up-after", "1ms"));
      return overrides;
    }

    private static void sink(
        Map<String, String> overrides, String name, Map<String, String> settings) {
      String prefix = "penstock.sinks." + name + ".";
      overrides.put(prefix + "stream", "hand");
      overrides.put(prefix + "kind", "bean:ignoring");
      overrides.put(prefix + "retry.first", "1ms");
      overrides.put(prefix + "retry.longest", "5ms");
      settings.forEach((key, value) -> overrides.put(prefix + key, value));
    }
  }

  RedisServer redis;
  @Inject Sinks sinks;
  @Inject SinkShards shards;
  @Inject EventLog events;
  @Inject Keys keys;
  @Inject RedisLinks links;
  @Inject ProjectionConfig config;
  private TestLog log;
  private int instances;

  @BeforeEach
  void open() {
    redis.flush();
    log = new TestLog(redis, "hand");
  }

  @AfterEach
  void close() {
    log.close();
  }

  private SinkShard shard(String sink) {
    return shards.of(sinks.find(new SinkName(sink))).getFirst();
  }

  private ShardTask task(String sink, SinkTarget target) {
    return task(sink, target, COMMIT);
  }

  private ShardTask task(String sink, SinkTarget target, Script commit) {
    String name = "instance-" + ++instances;
    return new SinkTaskFactory(
            links.open("test-reads"),
            links.open("test-writes"),
            events,
            new Instance(Optional.of(name)),
            new Membership(
                links.open("test-membership"),
                links.open("test-notices"),
                keys,
                name,
                config.lease()),
            new SimpleMeterRegistry(),
            millis -> 0,
            Tracing.off(),
            config,
            commit)
        .create(shard(sink), target, new PartitionAssignor(name));
  }

  /** Runs until something holds. */
  private static void runUntil(ShardTask task, BooleanSupplier condition) {
    await()
        .pollInterval(Duration.ofMillis(2))
        .until(
            () -> {
              for (int step = 0; step < STEPS && task.runOnce(); step++) {}
              return condition.getAsBoolean();
            });
  }

  private void runUntilDone(ShardTask task, String last) {
    runUntil(task, () -> last.equals(state(task, "delivered")));
  }

  private String state(ShardTask task, String field) {
    return log.hash(task.shard().names().state()).get(field);
  }

  private String append(int count, int subjects) {
    String last = "";
    for (int i = 0; i < count; i++) {
      last = log.append("t", "key-" + i % subjects, "{\"n\":" + i + "}");
    }
    return last;
  }

  private long letters() {
    return (Long) log.ask("XLEN", log.names().dead());
  }

  @Test
  void deliversAllOnceInOrderAndLeavesNothingPending() {
    for (String order : List.of("partition", "key", "none")) {
      redis.flush();
      String last = append(700, 7);
      var target = new ScriptedTarget();
      ShardTask task = task("by-" + order, target);
      runUntilDone(task, last);
      assertThat(target.ids()).as(order).hasSize(700).doesNotHaveDuplicates();
      assertInOrder(target, order);
      assertThat(target.batches).allMatch(batch -> batch.size() <= 10);
      assertThat(log.pending("sink.by-" + order)).isZero();
      assertThat(log.hash(((SinkShard) task.shard()).names().open())).isEmpty();
    }
  }

  private static void assertInOrder(ScriptedTarget target, String order) {
    if (order.equals("none")) {
      return;
    }
    var lastOf = new HashMap<String, Delivery>();
    for (Delivery one : target.received) {
      String key = order.equals("key") ? one.event().key() : "";
      Delivery before = lastOf.put(key, one);
      assertThat(before == null || one.record().position().isAfter(before.record().position()))
          .isTrue();
    }
  }

  /** Of a key one is in flight, and what fails does not hold up other keys. */
  @Test
  void oneKeyThatFailsDoesNotHoldUpTheOthers() {
    String last = append(60, 6);
    var target = new ScriptedTarget();
    target.answer =
        one ->
            "key-0".equals(one.event().subject())
                ? new Outcome.Retry("down", Duration.ofHours(1))
                : Outcome.DELIVERED;
    ShardTask task = task("single", target);
    runUntil(
        task,
        () ->
            target.received.size() >= 51
                && log.hash(((SinkShard) task.shard()).names().open()).size() == 10
                && last.equals(state(task, "read")));
    assertThat(target.subjects().stream().filter("key-0"::equals)).hasSize(1);
    assertThat(target.subjects().stream().filter(key -> !key.equals("key-0"))).hasSize(50);
    assertThat(log.pending("sink.single")).isEqualTo(10);
    runUntil(task, () -> "down".equals(state(task, "error")));

    // The next holder knows when the one that failed is due, and delivers nothing again.
    var next = new ScriptedTarget();
    closeQuietly(task);
    ShardTask other = task("single", next);
    runUntil(other, () -> other.state().equals(new ShardTaskState.Working()));
    String more = log.append("t", "key-9", "{}");
    runUntil(other, () -> more.equals(state(other, "read")));
    assertThat(next.subjects()).containsExactly("key-9");
  }

  private static void closeQuietly(ShardTask task) {
    try {
      task.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * One request is with a receiver that does not answer, and all others are due: the thread sleeps,
   * as it does while a receiver is asked whether it is ready.
   */
  @Test
  void whileTheReceiverDoesNotAnswerNothingIsDone() {
    append(100, 100);
    var target = new ScriptedTarget();
    target.answer =
        one -> {
          target.holds = target.received.size() > 100;
          return new Outcome.Retry("down", null);
        };
    ShardTask task = task("single", target);
    runUntil(task, () -> !target.held.isEmpty());
    await()
        .pollDelay(Duration.ofMillis(20))
        .untilAsserted(
            () -> {
              assertThat(task.runOnce()).isFalse();
              assertThat(task.patience()).isGreaterThan(Duration.ofMillis(100));
            });
    closeQuietly(task);

    target.held.forEach(one -> one.answer(Outcome.DELIVERED));
    var asked = new ScriptedTarget();
    Promise<Void> ready = Promise.promise();
    asked.ready = ready.future();
    ShardTask next = task("single", asked);
    runUntil(next, () -> next.state().equals(new ShardTaskState.Working()));
    await()
        .pollDelay(Duration.ofMillis(20))
        .untilAsserted(
            () -> {
              assertThat(next.runOnce()).isFalse();
              assertThat(next.patience()).isGreaterThan(Duration.ofMillis(100));
            });
    ready.complete();
    runUntil(next, () -> asked.received.size() >= 90);
  }

  /** An answer that takes its time does not have the group asked again and again. */
  @Test
  void whileTheLogHasNothingMoreTheGroupIsNotAsked() {
    append(3, 3);
    var target = new ScriptedTarget();
    target.holds = true;
    ShardTask task = task("single", target);
    runUntil(task, () -> target.held.size() == 3);
    var steps = new AtomicInteger();
    runUntil(task, () -> steps.incrementAndGet() > 5);
    long before = groupReads();
    steps.set(0);
    await()
        .pollInterval(Duration.ofMillis(10))
        .until(
            () -> {
              task.runOnce();
              return steps.incrementAndGet() > 50;
            });
    assertThat(groupReads() - before).isLessThan(3);

    task.appended();
    String last = log.append("t", "key-3", "{}");
    runUntil(task, () -> target.held.size() == 4);
    target.held.forEach(one -> one.answer(Outcome.DELIVERED));
    runUntilDone(task, last);
  }

  private long groupReads() {
    Matcher calls =
        Pattern.compile("cmdstat_xreadgroup:calls=(\\d+)")
            .matcher("" + log.ask("INFO", "commandstats"));
    return calls.find() ? Long.parseLong(calls.group(1)) : 0;
  }

  @Test
  void aRepeatHasTheSameDeliveryIdAndCountsItsAttempts() {
    String last = append(20, 20);
    var target = new ScriptedTarget();
    var random = new Random(5);
    target.answer =
        one -> random.nextInt(3) > 0 ? new Outcome.Retry("flaky", null) : Outcome.DELIVERED;
    ShardTask task = task("by-key", target);
    runUntilDone(task, last);
    var ids = new HashMap<String, Set<String>>();
    var attempts = new HashMap<String, Integer>();
    for (Delivery one : target.received) {
      ids.computeIfAbsent(one.event().id(), first -> new TreeSet<>()).add(one.id());
      assertThat(one.attempt()).isEqualTo(attempts.merge(one.event().id(), 1, Integer::sum));
    }
    assertThat(ids).hasSize(20).allSatisfy((event, of) -> assertThat(of).hasSize(1));
    assertThat(new HashSet<>(ids.values())).hasSize(20);
    assertThat(log.hash(((SinkShard) task.shard()).names().open())).isEmpty();
  }

  /** Killed between the answer and the commit: delivered again, by the same delivery id. */
  @Test
  void whatWasDeliveredAndNotCommittedIsDeliveredAgain() {
    String last = append(600, 20);
    Script death = Script.of("return redis.error_reply('DEAD before the commit')");
    var target = new ScriptedTarget();
    ShardTask dead = task("by-key", target, death);
    await()
        .untilAsserted(
            () ->
                assertThatThrownBy(
                        () -> {
                          while (dead.runOnce()) {}
                        })
                    .hasMessageStartingWith("DEAD"));
    assertThat(target.received).isNotEmpty();
    var next = new ScriptedTarget();
    ShardTask task = task("by-key", next);
    runUntilDone(task, last);
    assertThat(next.ids()).hasSize(600).doesNotHaveDuplicates();
    var first = new HashMap<String, String>();
    target.received.forEach(one -> first.put(one.event().id(), one.id()));
    next.received.forEach(
        one -> assertThat(first.getOrDefault(one.event().id(), one.id())).isEqualTo(one.id()));
    assertThat(log.pending("sink.by-key")).isZero();
  }

  /** Another consumer of the group is given what the holder waits for, and does nothing with it. */
  @Test
  void whatAStrangerWasGivenIsDelivered() {
    String first = append(5, 5);
    var target = new ScriptedTarget();
    ShardTask task = task("by-key", target);
    runUntilDone(task, first);
    String last = append(5, 5);
    log.ask("XREADGROUP", "GROUP", "sink.by-key", "zombie", "STREAMS", log.names().events(), ">");
    await()
        .until(
            () -> {
              try {
                while (task.runOnce()) {}
              } catch (RuntimeException gap) {
                // taken over anew
              }
              return last.equals(state(task, "delivered"));
            });
    assertThat(target.ids()).hasSize(10).doesNotHaveDuplicates();
  }

  @Test
  void whatIsRefusedIsSetAsideWithTheReasonAndTheRestGoesOn() {
    String last = append(20, 20);
    var target = new ScriptedTarget();
    target.answer =
        one ->
            "key-3".equals(one.event().subject())
                ? new Outcome.Refused("status-404", "no such thing")
                : Outcome.DELIVERED;
    ShardTask task = task("by-key", target);
    runUntilDone(task, last);
    assertThat(letters()).isEqualTo(1);
    assertThat(log.ask("XRANGE", log.names().dead(), "-", "+").toString())
        .contains("sink, by-key, attempts, 1, reason, status-404: no such thing");
    assertThat(state(task, "dead")).isEqualTo("1");
  }

  @Test
  void refusalsMayBeTriedAgainAndRetriesMayBeGivenUp() {
    String last = append(1, 1);
    var target = new ScriptedTarget();
    target.answer = one -> new Outcome.Refused("status-409", "not yet");
    runUntilDone(task("patient", target), last);
    assertThat(target.received).hasSize(3);
    var brief = new ScriptedTarget();
    brief.answer = one -> new Outcome.Retry("down", null);
    runUntilDone(task("brief", brief), last);
    assertThat(log.ask("XRANGE", log.names().dead(), "-", "+").toString())
        .contains("given up after");
    assertThat(letters()).isEqualTo(2);
  }

  @Test
  void stopsAloudAndGoesOnWhenItIsResumed() {
    append(3, 3);
    var target = new ScriptedTarget();
    target.answer = one -> new Outcome.Stop("the receiver wants nothing any more (410)");
    ShardTask task = task("by-key", target);
    runUntil(task, () -> task.state() instanceof ShardTaskState.Halted);
    assertThat(state(task, "halted")).contains("410");
    target.answer = one -> Outcome.DELIVERED;
    int before = target.received.size();
    for (int i = 0; i < 3; i++) {
      runUntil(task, () -> true);
    }
    assertThat(target.received).hasSize(before);
    log.ask("EVAL", TestLog.source("sink-pause"), 1, task.shard().names().state(), "0");
    runUntil(task, () -> "3".equals(state(task, "count")) && log.pending("sink.by-key") == 0);
  }

  @Test
  void aRefusalMayStopTheSinkBeforeTheEvent() {
    append(2, 1);
    var target = new ScriptedTarget();
    target.answer = one -> new Outcome.Refused("status-400", "bad");
    ShardTask task = task("strict", target);
    runUntil(task, () -> task.state() instanceof ShardTaskState.Halted);
    assertThat(letters()).isZero();
    assertThat(state(task, "delivered")).isEqualTo("0-0");
  }

  @Test
  void aPauseGivesTheLeaseBackAndNothingIsDelivered() {
    String first = append(3, 3);
    var target = new ScriptedTarget();
    ShardTask task = task("by-key", target);
    runUntilDone(task, first);
    log.ask("EVAL", TestLog.source("sink-pause"), 1, task.shard().names().state(), "1");
    task.commanded();
    runUntil(task, () -> task.state().equals(new ShardTaskState.Paused()));
    assertThat(log.ask("EXISTS", task.shard().names().lease())).isEqualTo(0L);
    String last = append(3, 3);
    runUntil(task, () -> true);
    assertThat(target.received).hasSize(3);
    log.ask("EVAL", TestLog.source("sink-pause"), 1, task.shard().names().state(), "0");
    runUntilDone(task, last);
    assertThat(target.received).hasSize(6);
  }

  @Test
  void onlyWhatTheFilterPassesAndFromTheStartThatIsAsked() {
    append(5, 5);
    var late = new ScriptedTarget();
    ShardTask lateTask = task("late", late);
    runUntil(lateTask, () -> lateTask.state().equals(new ShardTaskState.Working()));
    log.append("wanted", "yes", "{}");
    log.append("wanted", "no", "{}");
    log.append("others", "yes", "{}");
    String last = log.append("nothing", "yes", "{}");
    runUntilDone(lateTask, last);
    assertThat(late.received).hasSize(4);
    var picky = new ScriptedTarget();
    runUntilDone(task("picky", picky), last);
    assertThat(picky.received.stream().map(one -> one.event().type()))
        .containsExactlyInAnyOrder("wanted", "others");
  }

  /** More waits than may: nothing more is read until some are done, and all come in the end. */
  @Test
  void whatWaitsIsBoundedAndReadAgain() {
    String last = append(40, 40);
    var target = new ScriptedTarget();
    target.answer = one -> new Outcome.Retry("down", null);
    ShardTask task = task("tight", target);
    runUntil(task, () -> target.received.size() > 100);
    assertThat(log.pending("sink.tight")).isLessThanOrEqualTo(256);
    target.answer = one -> Outcome.DELIVERED;
    runUntilDone(task, last);
    assertThat(new HashSet<>(target.ids())).hasSize(40);
  }

  @Test
  void aRangeIsDeliveredAgainAndThenItGoesOn() {
    append(5, 5);
    String from = log.append("t", "from", "{}");
    log.append("t", "again-1", "{}");
    String to = log.append("t", "again-2", "{}");
    String last = append(5, 5);
    var target = new ScriptedTarget();
    ShardTask task = task("by-key", target);
    runUntilDone(task, last);
    target.received.clear();
    replay(task, from, to);
    task.commanded();
    String more = log.append("t", "more", "{}");
    runUntilTakenOver(task, more);
    assertThat(target.subjects()).containsExactly("again-1", "again-2", "more");
    assertThat(state(task, "replay-to")).isNull();
  }

  private void replay(ShardTask task, String from, String to) {
    assertThat(
            log.ask(
                "EVAL",
                TestLog.source("sink-replay"),
                1,
                ((SinkShard) task.shard()).names().state(),
                from,
                to,
                "token"))
        .isEqualTo(1L);
  }

  private void runUntilTakenOver(ShardTask task, String last) {
    await()
        .until(
            () -> {
              try {
                while (task.runOnce()) {}
              } catch (RuntimeException fenced) {
                // taken over anew
              }
              return last.equals(state(task, "delivered"));
            });
  }

  @Test
  void whatIsOpenComesOnceWithTheRangeThatHasIt() {
    log.append("t", "stuck", "{}");
    String last = append(5, 5);
    var target = new ScriptedTarget();
    ShardTask task = stuck(target, last);
    replay(task, "0-0", "");
    assertThatAllComeOnce(task, target, last);
  }

  /** The one that never went through is neither in the second range nor behind where it goes on. */
  @Test
  void aRangeInTheMidstOfAnotherSkipsNothing() {
    log.append("t", "stuck", "{}");
    String from = append(3, 3);
    String last = append(5, 5);
    var target = new ScriptedTarget();
    ShardTask task = stuck(target, last);
    replay(task, "0-0", "");
    replay(task, from, "");
    assertThatAllComeOnce(task, target, last);
  }

  private void assertThatAllComeOnce(ShardTask task, ScriptedTarget target, String last) {
    task.commanded();
    target.answer = one -> Outcome.DELIVERED;
    target.received.clear();
    runUntilTakenOver(task, last);
    assertThat(target.subjects())
        .containsExactlyInAnyOrder("stuck", "key-0", "key-1", "key-2", "key-3", "key-4");
    assertThat(log.hash(((SinkShard) task.shard()).names().open())).isEmpty();
  }

  /** All but the events of one subject are through, and these are open. */
  private ShardTask stuck(ScriptedTarget target, String last) {
    target.answer =
        one ->
            "stuck".equals(one.event().subject())
                ? new Outcome.Retry("down", null)
                : Outcome.DELIVERED;
    ShardTask task = task("by-none", target);
    runUntil(
        task,
        () ->
            last.equals(state(task, "read"))
                && log.hash(((SinkShard) task.shard()).names().open()).size() == 1);
    return task;
  }

  /** More than a link takes at once, and than may be held. */
  @Test
  void thousandsThatAreOpenAreTakenOver() {
    String last = append(MAX_PENDING + 100, 1);
    var target = new ScriptedTarget();
    target.answer = one -> new Outcome.Retry("down", Duration.ofHours(1));
    ShardTask task = task("by-key", target);
    runUntil(task, () -> last.equals(state(task, "read")));
    closeQuietly(task);

    var next = new ScriptedTarget();
    ShardTask other = task("by-key", next);
    String more = log.append("t", "another", "{}");
    runUntil(other, () -> more.equals(state(other, "read")));
    assertThat(next.subjects()).containsExactly("another");
  }

  /** What retention would remove stays until the sink has had it. */
  @Test
  void deliveredStaysBehindWhatIsOpen() {
    String first = log.append("t", "stuck", "{}");
    String last = append(10, 10);
    var target = new ScriptedTarget();
    target.answer =
        one ->
            "stuck".equals(one.event().subject())
                ? new Outcome.Retry("down", Duration.ofHours(1))
                : Outcome.DELIVERED;
    ShardTask task = task("by-none", target);
    runUntil(task, () -> last.equals(state(task, "read")));
    assertThat(log.hash(((SinkShard) task.shard()).names().open())).containsOnlyKeys(first);
    Object trimmed =
        log.ask(
            "EVAL",
            TestLog.source("trim"),
            2,
            log.names().events(),
            log.names().log(),
            log.names().seen(),
            "life",
            log.names().base(),
            -1,
            1,
            -1,
            100);
    assertThat(trimmed).isEqualTo(List.of(0L, 0L, 0L, "sink.by-none"));
  }
}
