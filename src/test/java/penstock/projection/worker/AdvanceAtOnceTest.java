package penstock.projection.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static penstock.Patience.await;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import penstock.consumer.worker.ShardTask;
import penstock.consumer.worker.ShardTaskState;
import penstock.projection.ProjectionShard;
import penstock.projection.TestLog;
import penstock.redis.RedisResource;
import penstock.redis.Script;
import penstock.stream.Position;
import penstock.stream.log.LogNews;
import penstock.stream.log.RawRecord;

/** What is told is folded where it is told while the task's thread rests, if that takes no time. */
@QuarkusTest
@WithTestResource(RedisResource.class)
@TestProfile(HandDriven.Profile.class)
class AdvanceAtOnceTest extends ShardScenario {

  private Position end = Position.ZERO;
  private int ids;

  @BeforeEach
  void begin() {
    end = Position.ZERO;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private Map<String, String> event(String type, String subject, String data) {
    var event = new HashMap<>(TestLog.event(type, subject, data));
    event.put("specversion", "1.0");
    event.put("source", "/test");
    event.put("id", "told-" + ++ids);
    return event;
  }

  /** Appends, and returns what the script would tell of it. */
  private LogNews news(List<Map<String, String>> events) {
    List<String> positions = log.append(events);
    List<RawRecord> records = new ArrayList<>();
    for (int i = 0; i < positions.size(); i++) {
      List<byte[]> fields = new ArrayList<>();
      events
          .get(i)
          .forEach(
              (name, value) -> {
                fields.add(bytes(name));
                fields.add(bytes(value));
              });
      records.add(RawRecord.of(Position.parse(positions.get(i)), fields));
    }
    Position before = end;
    end = records.getLast().position();
    return told(before, records);
  }

  private LogNews news(String subject, String data) {
    return news(List.of(event("t", subject, data)));
  }

  /** A task that has all, and knows the entry of a key. */
  private ShardTask atTheEnd(String view) {
    ShardTask task = task(view);
    return atTheEnd(task);
  }

  private ShardTask atTheEnd(ShardTask task) {
    drain(task);
    task.told(news("a", "{\"n\":0}"));
    drain(task);
    reached(task);
    return task;
  }

  private void reached(ShardTask task) {
    reached(task, end);
  }

  @Test
  void whatIsToldIsFoldedAndCommittedWithoutTheThread() {
    ShardTask task = atTheEnd("merged");
    long asked = redis.calls("xreadgroup");
    int atOnce = 0;
    for (int i = 1; i < 20; i++) {
      renew(task);
      task.told(news("a", "{\"n\":" + i + "}"));
      if (task.advanceAtOnce()) {
        atOnce++;
      } else {
        drain(task);
      }
      reached(task);
    }
    assertThat(atOnce).as("but where the lease was due").isGreaterThan(10);
    assertThat(log.entries(view(task).names())).containsEntry("a", Map.of("n", "19"));
    assertThat(redis.calls("xreadgroup")).isEqualTo(asked);
    assertThat(state(view(task), "count")).isEqualTo("20");
    assertThat(log.pending(view(task).group())).isZero();
  }

  /** Whoever is told does not wait; it is folded behind it. */
  @Test
  void whatIsToldWhileACommitIsUnderWayComesBehindIt() {
    ShardTask task = atTheEnd("merged");
    renew(task);
    LogNews first = news("a", "{\"n\":1}");
    LogNews second = news("a", "{\"m\":2}");
    redis.pause();
    try {
      long began = System.nanoTime();
      task.told(first);
      task.advanceAtOnce();
      task.told(second);
      task.advanceAtOnce();
      assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(1));
    } finally {
      redis.resume();
    }
    drain(task);
    reached(task);
    assertThat(log.entries(view(task).names())).containsEntry("a", Map.of("n", "1", "m", "2"));
  }

  @Test
  void whatHasToBeReadIsLeftToTheThread() {
    ShardTask task = atTheEnd("merged");
    task.told(news("b", "{\"n\":1}"));
    assertThat(task.advanceAtOnce()).as("an entry that is not known").isFalse();
    assertThat(state(view(task), "applied")).isNotEqualTo(end.toString());
    drain(task);
    reached(task);
    end = Position.parse(log.append("t", "a", "{\"untold\":1}"));
    task.told(news("a", "{\"n\":2}"));
    assertThat(task.advanceAtOnce()).as("something was not told").isFalse();
    drain(task);
    reached(task);
    assertThat(log.entries(view(task).names()))
        .isEqualTo(Map.of("a", Map.of("n", "2", "untold", "1"), "b", Map.of("n", "1")));
  }

  @Test
  void whatTakesLongIsLeftToTheThread() {
    ShardTask task = atTheEnd("merged");
    List<Map<String, String>> many = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      many.add(event("t", "a", "{\"n\":" + i + "}"));
    }
    task.told(news(many));
    assertThat(task.advanceAtOnce()).as("many").isFalse();
    drain(task);
    reached(task);
    task.told(news("a", "{\"large\":\"" + "x".repeat(70_000) + "\"}"));
    assertThat(task.advanceAtOnce()).as("a large event").isFalse();
    drain(task);
    reached(task);
    task.told(news("a", "{\"n\":40}"));
    assertThat(task.advanceAtOnce()).as("a large entry").isFalse();
    drain(task);
    reached(task);
    assertThat(log.entries(view(task).names()).get("a")).containsEntry("n", "40");
  }

  @Test
  void whoDoesNotHoldTheLeaseLeavesItToTheThread() {
    ShardTask task = task("merged");
    task.told(news("a", "{\"n\":1}"));
    assertThat(task.advanceAtOnce()).isFalse();
    drain(task);
    task.commanded();
    task.told(news("a", "{\"n\":2}"));
    assertThat(task.advanceAtOnce()).as("there is a command").isFalse();
    drain(task);
    reached(task);
  }

  @Test
  void anEventAtWhichTheViewHaltsIsNotPassedOver() {
    ShardTask task = task("halting");
    drain(task);
    task.told(news("a", "{\"who\":\"a\"}"));
    drain(task);
    reached(task);
    Position before = end;
    task.told(news(List.of(event("t", "a", "{\"who\":{}}"), event("t", "a", "{\"who\":\"a\"}"))));
    assertThat(task.advanceAtOnce()).isFalse();
    runUntil(task, () -> task.state() instanceof ShardTaskState.Halted);
    assertThat(state(view(task), "applied")).isEqualTo(before.toString());
  }

  /** It is refused, and nothing that came with it is lost. */
  @Test
  void aCommitIsFencedAsEver() {
    ShardTask task = atTheEnd("counted");
    log.ask("DEL", view(task).names().lease());
    ShardTask other = task("counted");
    drain(other);
    task.told(news("a", "{}"));
    task.advanceAtOnce();
    drain(other);
    reached(other);
    await().untilAsserted(() -> assertThatThrownBy(task::runOnce).hasMessageContaining("FENCED"));
    assertThat(counts(view(other))).isEqualTo(Map.of("a", 2));
  }

  /** Random turns of two tasks, of which either is told what is appended, by and by. */
  @Test
  void everyEventCountsOnceWhoeverFoldsIt() throws InterruptedException {
    long seed = System.nanoTime();
    int atOnce = 0;
    for (int run = 0; run < 10; run++) {
      redis.flush();
      expected.clear();
      end = Position.ZERO;
      Random random = new Random(seed + run);
      ProjectionShard shard = hand.shard("counted");
      ShardTask[] tasks = {
        hand.task(shard, "a", Script.named("commit")), hand.task(shard, "b", Script.named("commit"))
      };
      drain(tasks[0]);
      for (int turn = 0; turn < 150; turn++) {
        switch (random.nextInt(10)) {
          case 0 -> log.ask("DEL", shard.names().lease());
          case 1, 2, 3, 4, 5 -> {
            List<Map<String, String>> events = new ArrayList<>();
            for (int i = random.nextInt(3); i >= 0; i--) {
              String subject = "key-" + random.nextInt(5);
              expected.merge(subject, 1, Integer::sum);
              events.add(event("t", subject, "{}"));
            }
            LogNews news = news(events);
            for (ShardTask task : tasks) {
              if (random.nextInt(20) > 0) {
                task.told(news);
                atOnce += task.advanceAtOnce() ? 1 : 0;
              } else {
                task.appended();
              }
            }
          }
          default -> quiet(tasks[random.nextInt(2)]);
        }
      }
      log.ask("DEL", shard.names().lease());
      ShardTask last = hand.task(shard, "last", Script.named("commit"));
      runUntil(last, () -> last.state().equals(new ShardTaskState.Working()));
      drain(last);
      assertThat(counts(shard)).as("seed %d", seed + run).isEqualTo(expected);
    }
    assertThat(atOnce).as("in some of the runs").isPositive();
  }
}
