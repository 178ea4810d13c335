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
    assertThat(log.pending(dead.shard().group())).isPositive();
    ShardTask next = task("counted");
    runUntil(next, () -> next.state().equals(new ShardTaskState.Working()));
    drain(next);
    assertThat(counts(next.shard())).isEqualTo(expected);
    assertThat(log.pending(next.shard().group())).isZero();
    assertThat(log.ask("XINFO", "CONSUMERS", log.names().events(), next.shard().group()).toString())
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
    assertThat(counts(two.shard())).isEqualTo(expected);
  }

  /** A zombie goes on after its lease ran out, and takes events from the group. */
  @Test
  void aZombieCommitsNothingAndWhatItTookIsNotLost() {
    append(10, new Random(1));
    ShardTask zombie = task("counted");
    ShardTask next = task("counted");
    drain(zombie);
    log.ask("DEL", zombie.shard().names().lease());
    drain(next);
    append(10, new Random(2));
    assertThatThrownBy(
            () -> {
              while (zombie.runOnce()) {}
            })
        .hasMessageStartingWith("FENCED");
    runUntil(next, () -> counts(next.shard()).equals(expected));
    drain(next);
    assertThat(log.pending(next.shard().group())).isZero();
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
    assertThat(counts(task.shard())).isEqualTo(expected);
    assertThat(log.ask("HGET", "ps:views", "counted")).isEqualTo(task.shard().generation().id());
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
    assertThat(counts(task.shard())).isEqualTo(expected);
    assertThat(state(task.shard(), "count")).isEqualTo("3");
    assertThat((List<?>) log.ask("KEYS", task.shard().names().entries() + "old*")).isEmpty();
  }
}
