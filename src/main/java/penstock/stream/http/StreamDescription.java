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
import penstock.http.Namespace;
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

  /** Begins the name of a pull group's consumer group. */
  private static final String GROUP = "group.";

  private final EventLog log;
  private final RedisLink link;

  @Inject
  StreamDescription(EventLog log, RedisLinks links) {
    this.log = log;
    this.link = links.commands();
  }

  /**
   * The stream as who is in a namespace may know of it: of those who consume it, groups, and views
   * and sinks in that namespace.
   */
  Future<StreamStatus> of(Stream stream, Namespace space) {
    return Future.all(stream.partitions().stream().map(one -> partition(one, space)).toList())
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

  private Future<StreamStatus.OfPartition> partition(Partition partition, Namespace space) {
    String events = log.keys(partition).events();
    Future<LogState> state = log.observe(partition);
    Future<Response> length = link.send(Command.XLEN, events);
    Future<Response> first = link.send(Command.XRANGE, events, "-", "+", "COUNT", 1);
    Future<List<StreamStatus.OfGroup>> groups = groups(events, space);
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
  private Future<List<StreamStatus.OfGroup>> groups(String events, Namespace space) {
    return link.sendFor(events, RedisLink.request(Command.XINFO, "GROUPS", events))
        .map(
            reply ->
                reply.stream()
                    .map(StreamDescription::group)
                    .filter(group -> isOf(space, group.name()))
                    .toList())
        .recover(
            failure ->
                failure instanceof RedisReplyException
                    ? Future.succeededFuture(List.of())
                    : Future.failedFuture(failure));
  }

  /** The kind of who consumes it stands before the first dot. */
  private static boolean isOf(Namespace space, String group) {
    return space.isNone()
        || group.startsWith(GROUP)
        || space.has(group.substring(group.indexOf('.') + 1));
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
