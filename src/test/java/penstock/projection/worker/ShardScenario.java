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
import penstock.projection.ProjectionShard;
import penstock.projection.TestLog;
import penstock.redis.RedisServer;
import penstock.redis.Script;

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

  ShardTask worker(String view) {
    return hand.worker(view, "instance-" + ++instances);
  }

  ShardTask worker(ProjectionShard shard) {
    return hand.worker(shard, "instance-" + ++instances, COMMIT);
  }

  /** Runs until there is nothing to do; a failure is what the loop would try again after. */
  static void drain(ShardTask... workers) {
    await()
        .until(
            () -> {
              for (int step = 0; step < STEPS; step++) {
                if (quiet(workers)) {
                  return true;
                }
              }
              return false;
            });
  }

  static boolean quiet(ShardTask... workers) throws InterruptedException {
    boolean quiet = true;
    for (ShardTask worker : workers) {
      try {
        quiet &= !worker.runOnce();
      } catch (RuntimeException again) {
        quiet = false;
      }
    }
    return quiet;
  }

  /** Runs until something holds, which may take the worker's patience. */
  static void runUntil(ShardTask worker, BooleanSupplier condition) {
    await()
        .until(
            () -> {
              quiet(worker);
              return condition.getAsBoolean();
            });
  }

  /** Runs until it works and there is nothing to do; fails as it fails. */
  static void runToEnd(ShardTask worker) {
    await()
        .until(
            () -> {
              for (int step = 0; step < STEPS; step++) {
                if (!worker.runOnce()) {
                  return worker.state().isFine()
                      && !(worker.state() instanceof ShardTaskState.StandingBy);
                }
              }
              return false;
            });
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

  Map<String, Integer> counts(ProjectionShard work) {
    var counts = new TreeMap<String, Integer>();
    log.entries(work.names())
        .forEach((key, of) -> counts.put(key, Integer.valueOf(of.get("count"))));
    return counts;
  }

  String state(ProjectionShard work, String field) {
    return log.hash(work.names().state()).get(field);
  }

  List<?> letters() {
    return (List<?>) log.ask("XRANGE", log.names().dead(), "-", "+");
  }
}
