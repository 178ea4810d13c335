package penstock.consumer.worker;

import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.util.List;
import penstock.consumer.Shard;
import penstock.redis.RedisLink;
import penstock.stream.Position;
import penstock.stream.log.RawRecord;

/**
 * The log of one shard, read as one consumer of its group. Futures complete on the links' own
 * threads and fail as {@link RedisLink} says.
 */
public final class ConsumerGroup {

  /** What a script takes at most, so that Redis serves others soon. */
  public static final int MAX_EVENTS = 256;

  private final Shard shard;
  private final RedisLink reads;
  private final RedisLink writes;
  private final String consumer;

  /**
   * @param reads for XREADGROUP, which never blocks here
   * @param consumer the name of this instance
   */
  public ConsumerGroup(Shard shard, RedisLink reads, RedisLink writes, String consumer) {
    this.shard = shard;
    this.reads = reads;
    this.writes = writes;
    this.consumer = consumer;
  }

  /** Entries of the log in (after, to], whoever was given them; as many as one batch can have. */
  public Future<List<RawRecord>> readRange(Position after, Position to) {
    return to.isAfter(after)
        ? reads
            .send(Command.XRANGE, shard.log().events(), "(" + after, to, "COUNT", MAX_EVENTS)
            .map(RawRecord::list)
        : Future.succeededFuture(List.of());
  }

  /** Entries that the group was not given yet; as many as one batch can have. */
  public Future<List<RawRecord>> readNew() {
    return reads
        .send(
            Command.XREADGROUP,
            "GROUP",
            shard.group(),
            consumer,
            "COUNT",
            MAX_EVENTS,
            "STREAMS",
            shard.log().events(),
            ">")
        .map(RawRecord::ofGroup);
  }

  /** Whether the log has an entry beyond a position. */
  public Future<Boolean> hasMore(Position after) {
    return after
        .next()
        .map(
            first ->
                writes
                    .send(Command.XRANGE, shard.log().events(), first, "+", "COUNT", 1)
                    .map(found -> found.size() > 0))
        .orElseGet(() -> Future.succeededFuture(false));
  }

  public Future<Void> acknowledge(List<RawRecord> entries) {
    Request request = RedisLink.request(Command.XACK, shard.log().events(), shard.group());
    entries.forEach(entry -> request.arg(entry.position().toString()));
    return writes.send(request).mapEmpty();
  }
}
