package penstock.projection.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static penstock.Patience.await;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import penstock.consumer.membership.PartitionAssignor;
import penstock.consumer.worker.ShardTask;
import penstock.consumer.worker.ShardTaskState;
import penstock.projection.ProjectionShard;
import penstock.projection.service.GenerationReaper;
import penstock.redis.RedisResource;
import penstock.redis.Script;
import penstock.view.RegistrySnapshot;
import penstock.view.ViewDefinition;

/** Two definitions of a view, worked side by side. */
@QuarkusTest
@WithTestResource(RedisResource.class)
@TestProfile(HandDriven.Profile.class)
class GenerationSwitchTest extends ShardScenario {

  /** The same view by another definition, as after a change of the configuration. */
  private ProjectionShard changed(ProjectionShard was) {
    var changed = hand.definition("merged");
    var definition =
        new ViewDefinition(
            was.view().name(),
            changed.stream(),
            1,
            changed.foldName(),
            changed.fold(),
            changed.key(),
            changed.keyExtractor(),
            changed.types(),
            changed.subjects(),
            changed.deletes(),
            false,
            false);
    return hand.shard(definition, definition.generation());
  }

  @Test
  void aChangedDefinitionIsBuiltBesideTheOldOneAndTakesItsPlace() throws Exception {
    append(1_000, new Random(1));
    ProjectionShard was = hand.shard("counted");
    ProjectionShard is = changed(was);
    Map<String, Set<String>> both = Map.of("old", Set.of(was.name()), "new", Set.of(is.name()));
    PartitionAssignor ofOld = new PartitionAssignor("old");
    PartitionAssignor ofNew = new PartitionAssignor("new");
    ofOld.update(both, RegistrySnapshot.EMPTY);
    ofNew.update(both, RegistrySnapshot.EMPTY);
    ShardTask old = hand.task(was, "old", Script.named("commit"), ofOld);
    drain(old);
    ShardTask next = hand.task(is, "new", Script.named("commit"), ofNew);
    runUntil(next, () -> next.state().equals(new ShardTaskState.Working()));
    assertThat(log.ask("HGET", "ps:views", "counted")).isEqualTo(was.generation().id());
    // Meanwhile readers that know the new definition are given the old one's entries by its own
    // fold.
    assertThat(hand.value(is.view(), "key-1")).isEqualTo(expected.get("key-1").toString());
    drain(next);
    assertThat(hand.value(is.view(), "key-1")).startsWith("{\"n\":");
    assertThat(log.ask("HGET", "ps:views", "counted")).isEqualTo(is.generation().id());
    // The old one goes on as long as someone works it, and does not take its place back.
    for (int i = 0; i < 3; i++) {
      append(10, new Random(2));
      drain(old, next);
      assertThat(log.ask("HGET", "ps:views", "counted")).isEqualTo(is.generation().id());
    }
    assertThat(counts(was)).isEqualTo(expected);
    old.close();
    GenerationReaper reaper = hand.reaper();
    hand.membership("new").heartbeat(List.of(is.name())).toCompletionStage();
    await()
        .until(
            () -> {
              reaper.runOnce();
              return ((List<?>) log.ask("KEYS", was.names().state() + "*")).isEmpty();
            });
    assertThat(log.ask("XINFO", "GROUPS", log.names().events()).toString())
        .doesNotContain(was.group())
        .contains(is.group());
    assertThat(log.entries(is.names())).hasSize(expected.size());
    assertThat(log.hash("ps:views").keySet())
        .doesNotContain("counted:" + was.generation().id())
        .contains("counted:" + is.generation().id());
  }

  /** A return to the definition before: its generation is old, and nobody works the other one. */
  @Test
  void anEarlierDefinitionIsServedAgainWhenNobodyWorksTheLaterOne() throws Exception {
    append(100, new Random(1));
    ProjectionShard was = hand.shard("counted");
    ProjectionShard is = changed(was);
    ShardTask old = hand.task(was, "old", Script.named("commit"));
    drain(old);
    old.close();
    ShardTask next = hand.task(is, "new", Script.named("commit"));
    drain(next);
    next.close();
    assertThat(log.ask("HGET", "ps:views", "counted")).isEqualTo(is.generation().id());
    append(100, new Random(2));
    ShardTask again = hand.task(was, "again", Script.named("commit"));
    drain(again);
    assertThat(log.ask("HGET", "ps:views", "counted")).isEqualTo(was.generation().id());
    assertThat(counts(was)).isEqualTo(expected);
  }
}
