package penstock.projection.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static penstock.Patience.await;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.util.Map;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;
import penstock.projection.ProjectionShard;
import penstock.projection.TestLog;
import penstock.projection.membership.PartitionAssignor;
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
  private void dieOf(ProjectionShard work, String poison) {
    String text =
        TestLog.source("commit")
            .replace(
                "-- check fence",
                "for n = 10, 9 + tonumber(ARGV[9]) do if ARGV[n] == '"
                    + poison
                    + "' then return redis.error_reply('DEAD of it') end end\n-- check fence");
    ShardTask victim = hand.worker(work, "victim-" + ++instances, Script.of(text));
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
    log.ask("DEL", work.names().lease());
  }

  @Test
  void anEventOnWhichProcessesDieIsFoldedAloneAndBecomesADeadLetter() {
    ProjectionShard work = hand.assignment("counted");
    append(50);
    String poison = log.append("t", "poison", "{}");
    append(50);
    int deaths = 0;
    while (letters().isEmpty() && deaths < 10) {
      deaths++;
      if (deaths <= 5) {
        dieOf(work, poison);
      } else {
        runToEnd(worker(work));
      }
    }
    assertThat(deaths).isEqualTo(6);
    assertThat(letters()).hasSize(1);
    assertThat(letters().toString()).contains("processes died 3 times", poison);
    assertThat(state(work, "lone")).isNull();
    assertThat(state(work, "lone-attempts")).isNull();
    assertThat(state(work, "count")).isEqualTo("101");
    assertThat(log.entries(work.names()).get("key-7")).isEqualTo(Map.of("count", "2"));
    assertThat(log.entries(work.names())).doesNotContainKey("poison");
  }

  /** It would count the deaths that the other one's fold brings about. */
  @Test
  void whileAnotherViewOfTheProcessFoldsAloneNoAttemptIsCounted() throws Exception {
    ProjectionShard work = hand.assignment("counted");
    String poison = log.append("t", "poison", "{}");
    dieOf(work, poison);
    dieOf(work, poison);
    String before = state(work, "lone-attempts");
    var loneFolds = new Semaphore(1);
    loneFolds.acquire();
    String instance = "instance-" + ++instances;
    ShardTask worker =
        hand.worker(work, instance, COMMIT, new PartitionAssignor(instance), loneFolds);
    for (int step = 0; step < 5; step++) {
      worker.runOnce();
    }
    assertThat(state(work, "lone-attempts")).isEqualTo(before);
    assertThat(state(work, "count")).isEqualTo("0");
    loneFolds.release();
    runToEnd(worker);
    assertThat(state(work, "count")).isEqualTo("1");
    assertThat(letters()).isEmpty();
    assertThat(loneFolds.availablePermits()).isOne();
  }

  @Test
  void whatComesBeforeThePoisonIsAppliedWhileProcessesDie() {
    ProjectionShard work = hand.assignment("counted");
    append(50);
    String poison = log.append("t", "poison", "{}");
    for (int i = 0; i < 3; i++) {
      dieOf(work, poison);
    }
    assertThat(state(work, "count")).isEqualTo("50");
    assertThat(state(work, "lone")).isEqualTo(poison);
    assertThat(state(work, "lone-attempts")).isEqualTo("1");
    runToEnd(worker(work));
    assertThat(letters()).isEmpty();
    assertThat(log.entries(work.names())).containsKey("poison");
    assertThat(state(work, "lone")).isNull();
  }

  @Test
  void tenRollingRestartsUnderLoadDeadLetterNothing() throws Exception {
    ProjectionShard work = hand.assignment("counted");
    for (int restart = 0; restart < 10; restart++) {
      append(40);
      ShardTask worker = worker(work);
      for (int step = 0; step < 3; step++) {
        worker.runOnce();
      }
      // It was given more than it has applied.
      log.append("t", "late", "{}");
      log.ask(
          "XREADGROUP",
          "GROUP",
          work.group(),
          "instance-" + instances,
          "STREAMS",
          log.names().events(),
          ">");
      worker.close();
    }
    runToEnd(worker(work));
    assertThat(letters()).isEmpty();
    assertThat(state(work, "lone-attempts")).isNull();
    assertThat(log.entries(work.names()).get("late")).isEqualTo(Map.of("count", "10"));
    assertThat(state(work, "count")).isEqualTo("410");
  }

  /** Redis fails in the middle of lone attempts, but no process dies. */
  @Test
  void onlyAttemptsThatEndedInADeathCount() throws Exception {
    ProjectionShard work = hand.assignment("counted");
    String poison = log.append("t", "a", "{}");
    for (int i = 0; i < 3; i++) {
      dieOf(work, poison);
    }
    assertThat(state(work, "lone-attempts")).isEqualTo("1");
    String text =
        "if redis.call('INCR', 'failures') < 10 then "
            + "return redis.error_reply('DOWN for now') end\n"
            + TestLog.source("commit");
    ShardTask patient = hand.worker(work, "patient", Script.of(text));
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
    assertThat(log.entries(work.names())).containsKey("a");
  }
}
