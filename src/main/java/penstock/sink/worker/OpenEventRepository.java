package penstock.sink.worker;

import io.vertx.core.CompositeFuture;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Response;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import penstock.redis.RedisLink;
import penstock.stream.Position;
import penstock.stream.log.RawRecord;

/**
 * The events of a shard that are open, with what the log has of them. Futures complete on the
 * link's own thread and fail as {@link RedisLink} says.
 */
final class OpenEventRepository {

  /** Others wait on the same link, which takes only so many commands at a time. */
  static final int TOGETHER = 256;

  private final SinkShard shard;
  private final RedisLink link;

  OpenEventRepository(SinkShard shard, RedisLink link) {
    this.shard = shard;
    this.link = link;
  }

  /**
   * An event that is not done, though later ones are.
   *
   * @param firstMillis when it was tried first, by Redis's clock
   * @param dueMillis when it is to be tried again
   */
  record OpenEvent(Position position, int attempts, long firstMillis, long dueMillis) {}

  /** All, in the order of the log. */
  Future<List<OpenEvent>> open() {
    return link.send(Command.HGETALL, shard.names().open())
        .map(
            fields ->
                fields.getKeys().stream()
                    .map(position -> parse(position, fields.get(position)))
                    .sorted(Comparator.comparing(OpenEvent::position))
                    .toList());
  }

  private static OpenEvent parse(String position, Response value) {
    String[] numbers = value.toString().split(":");
    return new OpenEvent(
        Position.parse(position),
        Integer.parseInt(numbers[0]),
        Long.parseLong(numbers[1]),
        Long.parseLong(numbers[2]));
  }

  /** Reads what is not held any more; those that the log does not have stay without a record. */
  Future<Void> load(List<PendingDelivery> some) {
    if (some.isEmpty()) {
      return Future.succeededFuture();
    }
    List<PendingDelivery> first = some.subList(0, Math.min(some.size(), TOGETHER));
    return records(first.stream().map(PendingDelivery::position).toList())
        .compose(
            records -> {
              for (int i = 0; i < first.size(); i++) {
                RawRecord record = records.get(i);
                if (record != null) {
                  first.get(i).hold(record, null);
                }
              }
              return load(some.subList(first.size(), some.size()));
            });
  }

  /**
   * What the log has at positions; null where it has nothing any more.
   *
   * @param at at most {@link #TOGETHER}
   */
  Future<List<@Nullable RawRecord>> records(List<Position> at) {
    return Future.all(at.stream().map(this::record).toList())
        .map(CompositeFuture::<@Nullable RawRecord>list);
  }

  private Future<@Nullable RawRecord> record(Position at) {
    return link.send(Command.XRANGE, shard.log().events(), at.toString(), at.toString())
        .map(
            found -> {
              List<RawRecord> records = RawRecord.list(found);
              return records.isEmpty() ? null : records.getFirst();
            });
  }
}
