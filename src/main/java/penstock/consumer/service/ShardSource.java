package penstock.consumer.service;

import java.util.List;
import java.util.Optional;
import penstock.consumer.Shard;
import penstock.consumer.membership.PartitionAssignor;
import penstock.consumer.worker.ShardTask;
import penstock.view.RegistrySnapshot;

/** A part that has shards to be worked: a CDI bean for each. */
public interface ShardSource {

  /** All that this instance would work, by what is registered of views. */
  List<? extends Shard> shards(RegistrySnapshot registry);

  /** The task of a shard; empty if it is another source's. */
  Optional<ShardTask> create(Shard shard, PartitionAssignor assignor);

  /** Removes what nobody works any more. Called from time to time, on one instance of all. */
  default void tidy() {}
}
