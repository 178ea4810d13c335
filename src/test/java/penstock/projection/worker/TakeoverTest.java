package penstock.projection.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static penstock.Patience.await;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import penstock.consumer.worker.ShardTask;
import penstock.consumer.worker.ShardTaskState;
import penstock.redis.RedisResource;
import penstock.redis.Script;

/** What a holder leaves behind, the next one takes over. */
@QuarkusTest
@WithTestResource(RedisResource.class)
@TestProfile(HandDriven.Profile.class)
class TakeoverTest extends ShardScenario {

  /** The process dies after it was given events and before their commit. */
  @Test
  void whatADeadWorkerWasGivenIsAppliedOnceByTheNext() {
    append(600, new Random(1));
    Script death = Script.of("return redis.error_reply('DEAD before the commit')");
    ShardTask dead = hand.task(hand.shard("counted"), "dead", death);
    await()
        .untilAsserted(
            () ->
                assertThatThrownBy(
                        () -> {
                          while (dead.runOnce()) {}
                        })
                    .hasMessageStartingWith("DEAD"));
    assertThat(log.pending(view(dead).group())).isPositive();
    ShardTask next = task("counted");
    runUntil(next, () -> next.state().equals(new ShardTaskState.Working()));
    drain(next);
    assertThat(counts(view(next))).isEqualTo(expected);
    assertThat(log.pending(view(next).group())).isZero();
    assertThat(log.ask("XINFO", "CONSUMERS", log.names().events(), view(next).group()).toString())
        .doesNotContain("dead");
  }

  @Test
  void onlyOneWorksAndTheOtherTakesOverWhenTheLeaseIsGivenBack() throws Exception {
    append(10, new Random(1));
    ShardTask one = task("counted");
    ShardTask two = task("counted");
    drain(one);
    drain(two);
    assertThat(two.state()).isEqualTo(new ShardTaskState.StandingBy("instance-1"));
    one.close();
    append(10, new Random(2));
    drain(two);
    assertThat(two.state()).isEqualTo(new ShardTaskState.Working());
    assertThat(counts(view(two))).isEqualTo(expected);
  }

  /** A zombie goes on after its lease ran out, and takes events from the group. */
  @Test
  void aZombieCommitsNothingAndWhatItTookIsNotLost() {
    append(10, new Random(1));
    ShardTask zombie = task("counted");
    ShardTask next = task("counted");
    drain(zombie);
    log.ask("DEL", view(zombie).names().lease());
    drain(next);
    append(10, new Random(2));
    assertThatThrownBy(
            () -> {
              while (zombie.runOnce()) {}
            })
        .hasMessageStartingWith("FENCED");
    runUntil(next, () -> counts(view(next)).equals(expected));
    drain(next);
    assertThat(log.pending(view(next).group())).isZero();
  }

  @Test
  void anEmptiedRedisBeginsANewLife() {
    append(10, new Random(1));
    ShardTask task = task("counted");
    drain(task);
    redis.flush();
    expected.clear();
    append(7, new Random(2));
    drain(task);
    assertThat(counts(view(task))).isEqualTo(expected);
    assertThat(log.ask("HGET", "ps:views", "counted")).isEqualTo(view(task).generation().id());
  }

  @Test
  void aLostLogBeginsANewLifeWithoutTheEntriesOfTheOld() {
    append(500, new Random(1));
    for (int i = 0; i < 500; i++) {
      log.append("t", "old-" + i, "{}");
    }
    ShardTask task = task("counted");
    drain(task);
    log.ask("DEL", log.names().events());
    expected.clear();
    append(3, new Random(2));
    drain(task);
    assertThat(counts(view(task))).isEqualTo(expected);
    assertThat(state(view(task), "count")).isEqualTo("3");
    assertThat((List<?>) log.ask("KEYS", view(task).names().entries() + "old*")).isEmpty();
  }
}
