package penstock.projection.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import penstock.redis.RedisResource;

/** What other hands do to the consumer group and its pending list changes no view. */
@QuarkusTest
@WithTestResource(RedisResource.class)
@TestProfile(HandDriven.Profile.class)
class ConsumerGroupTest extends ShardScenario {

  @Test
  void whatAnotherConsumerTookBetweenTwoReadsIsNotLost() {
    append(10, new Random(1));
    ShardTask worker = worker("counted");
    drain(worker);
    append(5, new Random(2));
    log.ask(
        "XREADGROUP",
        "GROUP",
        worker.shard().group(),
        "thief",
        "STREAMS",
        log.names().events(),
        ">");
    append(5, new Random(3));
    drain(worker);
    assertThat(counts(worker.shard())).isEqualTo(expected);
    assertThat(log.pending(worker.shard().group())).isZero();
  }

  @Test
  void aGroupThatIsSetBackOrForwardChangesNothing() {
    append(10, new Random(1));
    ShardTask worker = worker("counted");
    drain(worker);
    log.ask("XGROUP", "SETID", log.names().events(), worker.shard().group(), "0");
    drain(worker);
    append(10, new Random(2));
    drain(worker);
    append(10, new Random(3));
    log.ask("XGROUP", "SETID", log.names().events(), worker.shard().group(), "$");
    append(10, new Random(4));
    drain(worker);
    assertThat(counts(worker.shard())).isEqualTo(expected);
    assertThat(log.pending(worker.shard().group())).isZero();
  }

  @Test
  void aGroupThatIsGoneIsMadeAgainWhereTheViewStands() {
    append(10, new Random(1));
    ShardTask worker = worker("counted");
    drain(worker);
    log.ask("XGROUP", "DESTROY", log.names().events(), worker.shard().group());
    append(10, new Random(2));
    drain(worker);
    assertThat(counts(worker.shard())).isEqualTo(expected);
  }

  @Test
  void entriesRemovedFromTheLogWhilePendingAreAcknowledged() {
    append(5, new Random(1));
    ShardTask worker = worker("counted");
    drain(worker);
    Map<String, Integer> before = Map.copyOf(expected);
    append(5, new Random(2));
    log.ask(
        "XREADGROUP",
        "GROUP",
        worker.shard().group(),
        "gone",
        "STREAMS",
        log.names().events(),
        ">");
    log.ask("XTRIM", log.names().events(), "MAXLEN", 0);
    append(0, new Random(3));
    log.append("t", "after", "{}");
    drain(worker);
    runUntil(worker, () -> log.pending(worker.shard().group()) == 0);
    var counts = new TreeMap<>(before);
    counts.put("after", 1);
    assertThat(counts(worker.shard())).isEqualTo(counts);
    assertThat(state(worker.shard(), "count"))
        .isEqualTo(log.hash(log.names().log()).get("appended"));
  }
}
