package penstock.redis.topology;

import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BiFunction;

/**
 * What a server says of its replication.
 *
 * @param master whether it says that it is one
 * @param id of the reign whose data it has: a master's own, a replica's is its master's
 * @param formerId of the reign that it took over from; zeros if from none
 * @param offset up to where it has the bytes of that reign
 * @param replicas how many are connected to it
 * @param connected a replica's connection to its master is up
 */
public record ReplicationInfo(
    boolean master, String id, String formerId, long offset, int replicas, boolean connected) {

  /** What it is asked by. */
  public static Request request() {
    return Request.cmd(Command.INFO).arg("replication");
  }

  /** What a server says. */
  public static Future<ReplicationInfo> of(
      ServerAddress server, BiFunction<ServerAddress, Request, Future<Response>> ask) {
    return ask.apply(server, request()).map(reply -> parse(reply.toString()));
  }

  /** Reads the reply of {@code INFO replication}. */
  public static ReplicationInfo parse(String text) {
    Map<String, String> fields = new HashMap<>();
    for (String line : text.split("\r?\n")) {
      int colon = line.indexOf(':');
      if (colon > 0) {
        fields.put(line.substring(0, colon), line.substring(colon + 1));
      }
    }
    boolean master = fields.getOrDefault("role", "").equals("master");
    return new ReplicationInfo(
        master,
        fields.getOrDefault("master_replid", ""),
        fields.getOrDefault("master_replid2", ""),
        Long.parseLong(
            fields.getOrDefault(master ? "master_repl_offset" : "slave_repl_offset", "0")),
        Integer.parseInt(fields.getOrDefault("connected_slaves", "0")),
        fields.getOrDefault("master_link_status", "").equals("up")
            && fields.getOrDefault("master_sync_in_progress", "0").equals("0"));
  }
}
