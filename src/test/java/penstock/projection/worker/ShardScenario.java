package penstock.projection.worker;

import static penstock.Patience.await;

import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import penstock.consumer.worker.ShardTask;
import penstock.consumer.worker.ShardTaskState;
import penstock.projection.ProjectionShard;
import penstock.projection.TestLog;
import penstock.redis.RedisServer;
import penstock.redis.Script;
import penstock.stream.Position;
import penstock.stream.Term;
import penstock.stream.log.LogNews;
import penstock.stream.log.LogPage;
import penstock.stream.log.RawRecord;

/** Tasks of one stream, driven by hand against a real Redis, and what was appended to it. */
abstract class ShardScenario {

  /** Before it is looked again whether there was enough time. */
  static final int STEPS = 100;

  static final Script COMMIT = Script.named("commit");

  RedisServer redis;
  @Inject HandDriven hand;
  TestLog log;

  /** How often each subject was appended. */
  final Map<String, Integer> expected = new TreeMap<>();

  int instances;

  @BeforeEach
  void open() {
    redis.flush();
    log = new TestLog(redis, "hand");
  }

  @AfterEach
  void close() {
    log.ask("CONFIG", "SET", "maxmemory", 0);
    log.close();
  }

  /** What a task works. */
  static ProjectionShard view(ShardTask task) {
    return (ProjectionShard) task.shard();
  }

  ShardTask task(String view) {
    return hand.task(view, "instance-" + ++instances);
  }

  ShardTask task(ProjectionShard shard) {
    return hand.task(shard, "instance-" + ++instances, COMMIT);
  }

  /** Runs until there is nothing to do; a failure is what the loop would try again after. */
  static void drain(ShardTask... tasks) {
    await()
        .until(
            () -> {
              for (int step = 0; step < STEPS; step++) {
                if (quiet(tasks)) {
                  return true;
                }
              }
              return false;
            });
  }

  static boolean quiet(ShardTask... tasks) throws InterruptedException {
    boolean quiet = true;
    for (ShardTask task : tasks) {
      try {
        quiet &= !task.runOnce();
      } catch (RuntimeException again) {
        quiet = false;
      }
    }
    return quiet;
  }

  /** Runs until something holds, which may take the task's patience. */
  static void runUntil(ShardTask task, BooleanSupplier condition) {
    await()
        .until(
            () -> {
              quiet(task);
              return condition.getAsBoolean();
            });
  }

  /** Runs until it works and there is nothing to do; fails as it fails. */
  static void runToEnd(ShardTask task) {
    await()
        .until(
            () -> {
              for (int step = 0; step < STEPS; step++) {
                if (!task.runOnce()) {
                  return task.state().isFine()
                      && !(task.state() instanceof ShardTaskState.StandingBy);
                }
              }
              return false;
            });
  }

  /** Its lease is not due for a while. */
  static void renew(ShardTask task) {
    task.commanded();
    drain(task);
  }

  void reached(ShardTask task, Position position) {
    await().until(() -> state(view(task), "applied").equals(position.toString()));
  }

  /** What the script would tell of events that come behind a position. */
  static LogNews told(Position before, List<RawRecord> records) {
    return new LogNews(
        "life",
        Term.parse("1:aaaa:0-0"),
        Position.ZERO,
        before,
        0,
        0,
        new LogPage(List.of(), records.size(), records.getLast().position(), 0),
        records);
  }

  void append(int count, Random random) {
    List<Map<String, String>> events = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String subject = "key-" + random.nextInt(20);
      expected.merge(subject, 1, Integer::sum);
      events.add(TestLog.event("t", subject, "{\"n\":" + i + "}"));
    }
    log.append(events);
  }

  void append(int count) {
    for (int i = 0; i < count; i++) {
      log.append("t", "key-" + i, "{}");
    }
  }

  Map<String, Integer> counts(ProjectionShard shard) {
    var counts = new TreeMap<String, Integer>();
    log.entries(shard.names())
        .forEach((key, of) -> counts.put(key, Integer.valueOf(of.get("count"))));
    return counts;
  }

  String state(ProjectionShard shard, String field) {
    return log.hash(shard.names().state()).get(field);
  }

  List<?> letters() {
    return (List<?>) log.ask("XRANGE", log.names().dead(), "-", "+");
  }
}
