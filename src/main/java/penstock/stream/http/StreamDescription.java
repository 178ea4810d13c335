package penstock.stream.http;

import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Response;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import penstock.redis.RedisLink;
import penstock.redis.RedisLinks;
import penstock.redis.RedisNumber;
import penstock.redis.RedisReplyException;
import penstock.stream.LogState;
import penstock.stream.Partition;
import penstock.stream.log.EventLog;
import penstock.stream.registry.Stream;

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

  Future<StreamStatus> of(Stream stream) {
    return Future.all(stream.partitions().stream().map(this::partition).toList())
        .map(all -> of(stream, all.list()));
  }

  private static StreamStatus of(Stream stream, List<StreamStatus.OfPartition> partitions) {
    return new StreamStatus(
        stream.name().value(),
        partitions.stream().mapToLong(StreamStatus.OfPartition::length).sum(),
        stream.dedupWindow().toString(),
        stream.replicas() == 0 ? "memory" : "replicated",
        partitions);
  }

  private Future<StreamStatus.OfPartition> partition(Partition partition) {
    String events = log.keys(partition).events();
    Future<LogState> state = log.observe(partition);
    Future<Response> length = link.send(Command.XLEN, events);
    Future<Response> first = link.send(Command.XRANGE, events, "-", "+", "COUNT", 1);
    Future<List<StreamStatus.OfGroup>> groups = groups(events);
    return Future.all(state, length, first, groups)
        .map(
            all ->
                new StreamStatus.OfPartition(
                    partition.index(),
                    RedisNumber.longOf(length.result()),
                    state.result().appended(),
                    first.result().size() == 0 ? null : first.result().get(0).get(0).toString(),
                    state.result().last().toString(),
                    state.result().trimmed().toString(),
                    state.result().term().number(),
                    groups.result()));
  }

  /** None if the log is empty: then Redis has no such key. */
  private Future<List<StreamStatus.OfGroup>> groups(String events) {
    return link.send(Command.XINFO, "GROUPS", events)
        .map(reply -> reply.stream().map(StreamDescription::group).toList())
        .recover(
            failure ->
                failure instanceof RedisReplyException
                    ? Future.succeededFuture(List.of())
                    : Future.failedFuture(failure));
  }

  private static StreamStatus.OfGroup group(Response group) {
    var members = new HashMap<String, Response>();
    for (int i = 0; i + 1 < group.size(); i += 2) {
      members.put(group.get(i).toString(), group.get(i + 1));
    }
    return new StreamStatus.OfGroup(
        text(members, "name"),
        RedisNumber.intOf(members.get("consumers")),
        RedisNumber.intOf(members.get("pending")),
        text(members, "last-delivered-id"));
  }

  private static String text(Map<String, Response> members, String name) {
    return Objects.requireNonNull(members.get(name), name).toString();
  }
}
