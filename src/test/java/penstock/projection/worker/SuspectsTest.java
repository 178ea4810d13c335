package penstock.projection.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static penstock.Patience.await;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.util.Map;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;
import penstock.consumer.membership.PartitionAssignor;
import penstock.consumer.worker.ShardTask;
import penstock.projection.ProjectionShard;
import penstock.projection.TestLog;
import penstock.redis.RedisResource;
import penstock.redis.Script;

/** Events that kill the processes that try them. */
@QuarkusTest
@WithTestResource(RedisResource.class)
@TestProfile(HandDriven.Profile.class)
class SuspectsTest extends ShardScenario {

  /**
   * A process that works until the commit that has the poison among its positions, and dies there.
   */
  private void dieOf(ProjectionShard shard, String poison) {
    String text =
        TestLog.source("commit")
            .replace(
                "-- check fence",
                "for n = 12, 11 + tonumber(ARGV[11]) do if ARGV[n] == '"
                    + poison
                    + "' then return redis.error_reply('DEAD of it') end end\n-- check fence");
    ShardTask victim = hand.task(shard, "victim-" + ++instances, Script.of(text));
    await()
        .until(
            () -> {
              try {
                for (int step = 0; step < STEPS; step++) {
                  victim.runOnce();
                }
                return false;
              } catch (RuntimeException death) {
                return death.getMessage().startsWith("DEAD");
              }
            });
    log.ask("DEL", shard.names().lease());
  }

  @Test
  void anEventOnWhichProcessesDieIsFoldedAloneAndBecomesADeadLetter() {
    ProjectionShard shard = hand.shard("counted");
    append(50);
    String poison = log.append("t", "poison", "{}");
    append(50);
    int deaths = 0;
    while (letters().isEmpty() && deaths < 10) {
      deaths++;
      if (deaths <= 5) {
        dieOf(shard, poison);
      } else {
        runToEnd(task(shard));
      }
    }
    assertThat(deaths).isEqualTo(6);
    assertThat(letters()).hasSize(1);
    assertThat(letters().toString()).contains("processes died 3 times", poison);
    assertThat(state(shard, "lone")).isNull();
    assertThat(state(shard, "lone-attempts")).isNull();
    assertThat(state(shard, "count")).isEqualTo("101");
    assertThat(log.entries(shard.names()).get("key-7")).isEqualTo(Map.of("count", "2"));
    assertThat(log.entries(shard.names())).doesNotContainKey("poison");
  }

  /** It would count the deaths that the other one's fold brings about. */
  @Test
  void whileAnotherViewOfTheProcessFoldsAloneNoAttemptIsCounted() throws Exception {
    ProjectionShard shard = hand.shard("counted");
    String poison = log.append("t", "poison", "{}");
    dieOf(shard, poison);
    dieOf(shard, poison);
    String before = state(shard, "lone-attempts");
    var loneFolds = new Semaphore(1);
    loneFolds.acquire();
    String instance = "instance-" + ++instances;
    ShardTask task = hand.task(shard, instance, COMMIT, new PartitionAssignor(instance), loneFolds);
    for (int step = 0; step < 5; step++) {
      task.runOnce();
    }
    assertThat(state(shard, "lone-attempts")).isEqualTo(before);
    assertThat(state(shard, "count")).isEqualTo("0");
    loneFolds.release();
    runToEnd(task);
    assertThat(state(shard, "count")).isEqualTo("1");
    assertThat(letters()).isEmpty();
    assertThat(loneFolds.availablePermits()).isOne();
  }

  @Test
  void whatComesBeforeThePoisonIsAppliedWhileProcessesDie() {
    ProjectionShard shard = hand.shard("counted");
    append(50);
    String poison = log.append("t", "poison", "{}");
    for (int i = 0; i < 3; i++) {
      dieOf(shard, poison);
    }
    assertThat(state(shard, "count")).isEqualTo("50");
    assertThat(state(shard, "lone")).isEqualTo(poison);
    assertThat(state(shard, "lone-attempts")).isEqualTo("1");
    runToEnd(task(shard));
    assertThat(letters()).isEmpty();
    assertThat(log.entries(shard.names())).containsKey("poison");
    assertThat(state(shard, "lone")).isNull();
  }

  @Test
  void tenRollingRestartsUnderLoadDeadLetterNothing() throws Exception {
    ProjectionShard shard = hand.shard("counted");
    for (int restart = 0; restart < 10; restart++) {
      append(40);
      ShardTask task = task(shard);
      for (int step = 0; step < 3; step++) {
        task.runOnce();
      }
      // It was given more than it has applied.
      log.append("t", "late", "{}");
      log.ask(
          "XREADGROUP",
          "GROUP",
          shard.group(),
          "instance-" + instances,
          "STREAMS",
          log.names().events(),
          ">");
      task.close();
    }
    runToEnd(task(shard));
    assertThat(letters()).isEmpty();
    assertThat(state(shard, "lone-attempts")).isNull();
    assertThat(log.entries(shard.names()).get("late")).isEqualTo(Map.of("count", "10"));
    assertThat(state(shard, "count")).isEqualTo("410");
  }

  /** Redis fails in the middle of lone attempts, but no process dies. */
  @Test
  void onlyAttemptsThatEndedInADeathCount() throws Exception {
    ProjectionShard shard = hand.shard("counted");
    String poison = log.append("t", "a", "{}");
    for (int i = 0; i < 3; i++) {
      dieOf(shard, poison);
    }
    assertThat(state(shard, "lone-attempts")).isEqualTo("1");
    String text =
        "if redis.call('INCR', 'failures') < 10 then "
            + "return redis.error_reply('DOWN for now') end\n"
            + TestLog.source("commit");
    ShardTask patient = hand.task(shard, "patient", Script.of(text));
    await()
        .until(
            () -> {
              try {
                return !patient.runOnce();
              } catch (RuntimeException again) {
                return false;
              }
            });
    assertThat(letters()).isEmpty();
    assertThat(log.entries(shard.names())).containsKey("a");
  }
}
