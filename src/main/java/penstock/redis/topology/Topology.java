package penstock.redis.topology;

import io.vertx.core.Future;
import java.util.List;

/** Which servers there are, and which of them takes the writes. */
public sealed interface Topology permits ReplicationTopology, SentinelTopology {

  /** The master, as it is found now; fails with a {@link NoMasterException} if none is. */
  Future<ServerAddress> master();

  /** Those that may be replicas, as far as they can be found now; they are to be asked. */
  Future<List<ServerAddress>> replicas();
}
