package penstock.projection.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import penstock.consumer.worker.ShardTask;
import penstock.redis.RedisResource;

/** What other hands do to the consumer group and its pending list changes no view. */
@QuarkusTest
@WithTestResource(RedisResource.class)
@TestProfile(HandDriven.Profile.class)
class ConsumerGroupTest extends ShardScenario {

  @Test
  void whatAnotherConsumerTookBetweenTwoReadsIsNotLost() {
    append(10, new Random(1));
    ShardTask task = task("counted");
    drain(task);
    append(5, new Random(2));
    log.ask(
        "XREADGROUP", "GROUP", view(task).group(), "thief", "STREAMS", log.names().events(), ">");
    append(5, new Random(3));
    drain(task);
    assertThat(counts(view(task))).isEqualTo(expected);
    assertThat(log.pending(view(task).group())).isZero();
  }

  @Test
  void aGroupThatIsSetBackOrForwardChangesNothing() {
    append(10, new Random(1));
    ShardTask task = task("counted");
    drain(task);
    log.ask("XGROUP", "SETID", log.names().events(), view(task).group(), "0");
    drain(task);
    append(10, new Random(2));
    drain(task);
    append(10, new Random(3));
    log.ask("XGROUP", "SETID", log.names().events(), view(task).group(), "$");
    append(10, new Random(4));
    drain(task);
    assertThat(counts(view(task))).isEqualTo(expected);
    assertThat(log.pending(view(task).group())).isZero();
  }

  @Test
  void aGroupThatIsGoneIsMadeAgainWhereTheViewStands() {
    append(10, new Random(1));
    ShardTask task = task("counted");
    drain(task);
    log.ask("XGROUP", "DESTROY", log.names().events(), view(task).group());
    append(10, new Random(2));
    drain(task);
    assertThat(counts(view(task))).isEqualTo(expected);
  }

  @Test
  void entriesRemovedFromTheLogWhilePendingAreAcknowledged() {
    append(5, new Random(1));
    ShardTask task = task("counted");
    drain(task);
    Map<String, Integer> before = Map.copyOf(expected);
    append(5, new Random(2));
    log.ask(
        "XREADGROUP", "GROUP", view(task).group(), "gone", "STREAMS", log.names().events(), ">");
    log.ask("XTRIM", log.names().events(), "MAXLEN", 0);
    append(0, new Random(3));
    log.append("t", "after", "{}");
    drain(task);
    runUntil(task, () -> log.pending(view(task).group()) == 0);
    var counts = new TreeMap<>(before);
    counts.put("after", 1);
    assertThat(counts(view(task))).isEqualTo(counts);
    assertThat(state(view(task), "count")).isEqualTo(log.hash(log.names().log()).get("appended"));
  }
}
