package penstock.cluster;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import penstock.redis.RedisServer;

/** What is in Redis of the stream and of its sinks. */
final class SinkState {

  private final RedisServer redis;
  private final int partitions;

  SinkState(RedisServer redis, int partitions) {
    this.redis = redis;
    this.partitions = partitions;
  }

  /** All, by id, in the order of each partition. */
  Map<String, Logged> events() {
    var events = new LinkedHashMap<String, Logged>();
    for (int partition = 0; partition < partitions; partition++) {
      Logged.all(redis, partition).forEach(event -> events.put(event.id(), event));
    }
    return events;
  }

  private static Map<String, String> fields(List<?> flat) {
    var fields = new HashMap<String, String>();
    for (int i = 0; i + 1 < flat.size(); i += 2) {
      fields.put((String) flat.get(i), (String) flat.get(i + 1));
    }
    return fields;
  }

  /** The ids of the events that a sink has set aside, as often as it has. */
  List<String> deadLetters(String sink) {
    var ids = new ArrayList<String>();
    for (int partition = 0; partition < partitions; partition++) {
      for (Object entry :
          (List<?>) redis.ask("XRANGE", Cluster.base(partition) + "dead", "-", "+")) {
        List<?> flat = (List<?>) ((List<?>) entry).get(1);
        if (flat.get(0).equals("sink") && flat.get(1).equals(sink)) {
          ids.add(fields(flat.subList(8, flat.size())).get("id"));
        }
      }
    }
    return ids;
  }

  /** Whether a sink has delivered all, and nothing is pending or open. */
  boolean isDone(String sink) {
    for (int partition = 0; partition < partitions; partition++) {
      List<?> newest =
          (List<?>) redis.ask("XREVRANGE", Cluster.events(partition), "+", "-", "COUNT", 1);
      String state = Cluster.base(partition) + "sink:" + sink;
      if (!newest.isEmpty()
          && (!((List<?>) newest.getFirst())
                  .getFirst()
                  .equals(redis.ask("HGET", state, "delivered"))
              || !((List<?>) redis.ask("XPENDING", Cluster.events(partition), "sink." + sink))
                  .getFirst()
                  .equals(0L)
              || !redis.ask("EXISTS", state + ":open").equals(0L))) {
        return false;
      }
    }
    return true;
  }
}
