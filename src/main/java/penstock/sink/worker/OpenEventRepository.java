package penstock.sink.worker;

import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
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
   * @param record null if the log does not have it any more
   */
  record OpenEvent(
      Position position,
      int attempts,
      long firstMillis,
      long dueMillis,
      @Nullable RawRecord record) {}

  /** All, in the order of the log. */
  Future<List<OpenEvent>> open() {
    return link.send(Command.HGETALL, shard.names().open())
        .compose(
            fields -> {
              var all = new ArrayList<OpenEvent>();
              for (String position : fields.getKeys()) {
                all.add(parse(position, fields.get(position)));
              }
              all.sort(Comparator.comparing(OpenEvent::position));
              List<Future<OpenEvent>> read =
                  all.stream()
                      .map(
                          one ->
                              record(one.position())
                                  .map(
                                      record ->
                                          new OpenEvent(
                                              one.position(),
                                              one.attempts(),
                                              one.firstMillis(),
                                              one.dueMillis(),
                                              record)))
                      .toList();
              return read.isEmpty()
                  ? Future.succeededFuture(List.of())
                  : Future.all(read).map(done -> done.<OpenEvent>list());
            });
  }

  private static OpenEvent parse(String position, Response value) {
    String[] numbers = value.toString().split(":");
    return new OpenEvent(
        Position.parse(position),
        Integer.parseInt(numbers[0]),
        Long.parseLong(numbers[1]),
        Long.parseLong(numbers[2]),
        null);
  }

  /** Reads what is not held any more; those that the log does not have stay without a record. */
  Future<Void> load(List<PendingDelivery> some) {
    List<Future<@Nullable RawRecord>> reads =
        some.stream().map(one -> record(one.position())).toList();
    return Future.all(reads)
        .map(
            done -> {
              for (int i = 0; i < some.size(); i++) {
                RawRecord record = done.resultAt(i);
                if (record != null) {
                  some.get(i).hold(record, null);
                }
              }
              return null;
            });
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
