package penstock.redis;

import org.jspecify.annotations.Nullable;
import penstock.redis.cluster.SlotTable;
import penstock.redis.topology.ServerAddress;

/**
 * Where what goes over a lane is sent.
 *
 * @param replicaOf who has the slot, if the node is a replica of that one; null if it is to answer
 *     by itself
 */
record LaneDestination(ServerAddress node, SlotTable.@Nullable Owner replicaOf) {

  static LaneDestination to(ServerAddress node) {
    return new LaneDestination(node, null);
  }
}
