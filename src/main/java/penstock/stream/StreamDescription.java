package penstock.stream;

import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Response;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import penstock.redis.RedisLink;
import penstock.redis.RedisLinks;
import penstock.redis.RedisReplyException;

/** Tells of a stream: its settings, how long each partition is, and who consumes it. */
@ApplicationScoped
class StreamDescription {

  private final EventLog log;
  private final RedisLink link;

  @Inject
  StreamDescription(EventLog log, RedisLinks links) {
    this.log = log;
    this.link = links.commands();
  }

  Future<JsonObject> of(Stream stream) {
    return Future.all(stream.partitions().stream().map(this::partition).toList())
        .map(
            all -> {
              List<JsonObject> partitions = all.list();
              return new JsonObject()
                  .put("name", stream.name().value())
                  .put("length", partitions.stream().mapToLong(one -> one.getLong("length")).sum())
                  .put("dedupWindow", stream.dedupWindow().toString())
                  .put("durability", stream.replicas() == 0 ? "memory" : "replicated")
                  .put("partitions", new JsonArray(new ArrayList<>(partitions)));
            });
  }

  private Future<JsonObject> partition(Partition partition) {
    String events = log.keys(partition).events();
    Future<LogState> state = log.observe(partition);
    Future<Response> length = link.send(Command.XLEN, events);
    Future<Response> first = link.send(Command.XRANGE, events, "-", "+", "COUNT", 1);
    Future<JsonArray> groups = groups(events);
    return Future.all(state, length, first, groups)
        .map(
            all ->
                new JsonObject()
                    .put("partition", partition.index())
                    .put("length", length.result().toLong())
                    .put("appended", state.result().appended())
                    .put(
                        "first",
                        first.result().size() == 0 ? null : first.result().get(0).get(0).toString())
                    .put("last", state.result().last().toString())
                    .put("trimmed", state.result().trimmed().toString())
                    .put("term", state.result().term().number())
                    .put("groups", groups.result()));
  }

  /** None if the log is empty: then Redis has no such key. */
  private Future<JsonArray> groups(String events) {
    return link.send(Command.XINFO, "GROUPS", events)
        .map(StreamDescription::groups)
        .recover(
            failure ->
                failure instanceof RedisReplyException
                    ? Future.succeededFuture(new JsonArray())
                    : Future.failedFuture(failure));
  }

  private static JsonArray groups(Response reply) {
    JsonArray groups = new JsonArray();
    for (Response group : reply) {
      JsonObject told = new JsonObject();
      for (int i = 0; i + 1 < group.size(); i += 2) {
        Response value = group.get(i + 1);
        switch (group.get(i).toString()) {
          case "name" -> told.put("name", value.toString());
          case "consumers" -> told.put("consumers", value.toInteger());
          case "pending" -> told.put("pending", value.toInteger());
          case "last-delivered-id" -> told.put("lastDelivered", value.toString());
          default -> {}
        }
      }
      groups.add(told);
    }
    return groups;
  }
}
