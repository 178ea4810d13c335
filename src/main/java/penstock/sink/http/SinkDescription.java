package penstock.sink.http;

import io.vertx.core.Future;
import io.vertx.redis.client.Response;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import penstock.redis.RedisLink;
import penstock.redis.RedisLinks;
import penstock.redis.RedisNumber;
import penstock.redis.Script;
import penstock.sink.SinkDefinition;
import penstock.sink.Sinks;
import penstock.sink.worker.SinkShard;
import penstock.sink.worker.SinkShards;

/** Asks Redis how sinks are. Futures fail as {@link RedisLink} says. */
@ApplicationScoped
class SinkDescription {

  private static final Script DESCRIBE = Script.named("sink-describe");

  /** An error as old as this is not what the sink is at any more. */
  private static final double RECENT_SECONDS = 60;

  private final Sinks sinks;
  private final SinkShards shards;
  private final RedisLink link;

  @Inject
  SinkDescription(Sinks sinks, SinkShards shards, RedisLinks links) {
    this.sinks = sinks;
    this.shards = shards;
    this.link = links.commands();
  }

  /** One after the other: all partitions of all sinks may be more than a link takes at once. */
  Future<SinkList> all() {
    Future<List<SinkStatus>> all = Future.succeededFuture(new ArrayList<>());
    for (SinkDefinition sink : sinks.all()) {
      all =
          all.compose(
              found ->
                  of(sink)
                      .map(
                          status -> {
                            found.add(status);
                            return found;
                          }));
    }
    return all.map(SinkList::new);
  }

  Future<SinkStatus> of(SinkDefinition sink) {
    return Future.all(shards.of(sink).stream().map(this::partition).toList())
        .map(found -> SinkStatus.of(sink, found.list()));
  }

  private Future<SinkStatus.OfPartition> partition(SinkShard shard) {
    return DESCRIBE
        .run(
            link,
            DESCRIBE
                .call(
                    shard.log().events(),
                    shard.log().log(),
                    shard.names().state(),
                    shard.names().lease(),
                    shard.names().open())
                .arg(shard.group()))
        .map(reply -> partition(shard, reply));
  }

  private static SinkStatus.OfPartition partition(SinkShard shard, Response reply) {
    long now = RedisNumber.longOf(reply.get(14));
    long ageMillis = RedisNumber.longOf(reply.get(13));
    long waiting = RedisNumber.longOf(reply.get(11));
    String error = text(reply, 5);
    SinkStatus.LastError last =
        error == null
            ? null
            : new SinkStatus.LastError(
                error, Math.max(0, now - RedisNumber.longOf(reply.get(6))) / 1e3);
    long lag = RedisNumber.longOf(reply.get(10)) + waiting;
    return new SinkStatus.OfPartition(
        shard.partition().index(),
        state(reply, last, waiting, lag),
        text(reply, 2),
        text(reply, 0),
        text(reply, 1),
        lag,
        Math.max(0, ageMillis) / 1e3,
        RedisNumber.longOf(reply.get(12)),
        waiting,
        RedisNumber.longOf(reply.get(9)),
        text(reply, 7),
        text(reply, 4),
        text(reply, 8),
        last);
  }

  private static String state(
      Response reply, SinkStatus.@Nullable LastError last, long waiting, long lag) {
    if (text(reply, 4) != null) {
      return "stopped";
    }
    if (text(reply, 3) != null) {
      return "paused";
    }
    if (text(reply, 2) == null) {
      return "vacant";
    }
    String breaker = text(reply, 7);
    // it stays as it was where nothing is left to try it with
    boolean isSpared = breaker != null && !breaker.equals("closed") && lag > 0;
    return isSpared || last != null && (waiting > 0 || last.secondsAgo() < RECENT_SECONDS)
        ? "retrying"
        : "working";
  }

  private static @Nullable String text(Response reply, int at) {
    String found = reply.get(at).toString();
    return found.isEmpty() ? null : found;
  }
}
