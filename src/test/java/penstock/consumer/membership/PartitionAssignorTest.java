package penstock.consumer.membership;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import penstock.projection.ProjectionShard;
import penstock.projection.worker.HandDriven;
import penstock.redis.Keys;
import penstock.redis.RedisResource;
import penstock.stream.Partition;
import penstock.stream.StreamName;
import penstock.view.Generation;
import penstock.view.RegistrySnapshot;
import penstock.view.ViewDefinition;
import penstock.view.ViewName;

/** Who is to work what. */
@QuarkusTest
@WithTestResource(RedisResource.class)
@TestProfile(HandDriven.Profile.class)
class PartitionAssignorTest {

  private static final int PARTITIONS = 600;

  @Inject HandDriven hand;

  private ProjectionShard shard(int partition) {
    ViewDefinition view = hand.definition("counted");
    Generation generation = view.generation();
    Keys.OfPartition names = new Keys("ps").partition("hand", partition);
    return new ProjectionShard(
        view,
        generation,
        new Partition(new StreamName("hand"), partition),
        names,
        names.view("counted", generation.id()));
  }

  private Map<Integer, String> owners(String... instances) {
    PartitionAssignor assignor = new PartitionAssignor(instances[0]);
    var works = new HashMap<String, Set<String>>();
    for (String instance : instances) {
      works.put(instance, Set.of(shard(0).name()));
    }
    assignor.update(works, RegistrySnapshot.EMPTY);
    var owners = new TreeMap<Integer, String>();
    for (int i = 0; i < PARTITIONS; i++) {
      owners.put(i, assignor.owner(shard(i)));
    }
    return owners;
  }

  @Test
  void oneWorksAllAsLongAsItKnowsNobodyElse() {
    PartitionAssignor assignor = new PartitionAssignor("a");
    assertThat(assignor.isMine(shard(0))).isTrue();
    assertThat(assignor.isReaper()).isTrue();
  }

  @Test
  void allDecideTheSameAndEachGetsItsShare() {
    Map<Integer, String> owners = owners("a1", "a2", "a3");
    assertThat(owners).isEqualTo(owners("a3", "a1", "a2"));
    for (String instance : Set.of("a1", "a2", "a3")) {
      assertThat(owners.values().stream().filter(instance::equals).count())
          .isBetween(PARTITIONS / 4L, PARTITIONS / 2L);
    }
  }

  @Test
  void oneThatComesTakesItsShareAndNothingElseMoves() {
    Map<Integer, String> before = owners("a1", "a2");
    owners("a1", "a2", "a3")
        .forEach((partition, owner) -> assertThat(owner).isIn(before.get(partition), "a3"));
  }

  @Test
  void onlyThoseThatWorkAGenerationShareIt() {
    PartitionAssignor assignor = new PartitionAssignor("a");
    assignor.update(Map.of("a", Set.of(), "b", Set.of(shard(0).name())), RegistrySnapshot.EMPTY);
    for (int i = 0; i < 20; i++) {
      assertThat(assignor.owner(shard(i))).isEqualTo("b");
    }
    assertThat(assignor.isWorked(new ViewName("counted"), shard(0).generation().id())).isTrue();
    assertThat(assignor.isWorked(new ViewName("counted"), "other-0")).isFalse();
  }
}
