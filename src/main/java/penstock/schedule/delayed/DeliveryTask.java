package penstock.schedule.delayed;

import io.vertx.core.Future;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.OptionalLong;
import penstock.problem.IsolatedCall;
import penstock.problem.ProblemException;
import penstock.problem.ProblemType;
import penstock.redis.Keys;
import penstock.redis.RedisLink;
import penstock.redis.RedisNumber;
import penstock.redis.Script;
import penstock.schedule.DeadlineSource;
import penstock.stream.Partition;
import penstock.stream.log.EventLog;
import penstock.stream.registry.Stream;
import penstock.stream.registry.Streams;

/** Appends what is due of a partition, one step for each call: see {@link DeadlineSource}. */
final class DeliveryTask {

  /** Bounds of one script, so that it does not keep Redis from other clients for long. */
  private static final int MAX_EVENTS = 256;

  private static final int MAX_BYTES = 512 * 1024;

  private static final Script DELIVER = Script.named("deliver");

  private final EventLog log;
  private final Streams streams;
  private final RedisLink link;
  private final ScheduleMeters meters;

  DeliveryTask(EventLog log, Streams streams, RedisLink link, ScheduleMeters meters) {
    this.log = log;
    this.streams = streams;
    this.link = link;
    this.meters = meters;
  }

  Future<OptionalLong> run(Partition partition) {
    return streams
        .find(partition.stream())
        .compose(stream -> DELIVER.run(link, call(stream, partition)))
        .map(
            reply -> {
              IsolatedCall.run(() -> count(partition, reply));
              return DelayedEvents.deadline(reply.get(0));
            })
        .recover(
            failure ->
                isRemoved(failure)
                    ? Future.succeededFuture(OptionalLong.empty())
                    : Future.failedFuture(failure));
  }

  /** The stream is gone, and all that was scheduled with it. */
  private static boolean isRemoved(Throwable failure) {
    return failure instanceof ProblemException problem
        && problem.problem().type() == ProblemType.UNKNOWN_STREAM;
  }

  private Request call(Stream stream, Partition partition) {
    Keys.OfPartition keys = log.keys(partition);
    return DELIVER
        .call(keys.events(), keys.log(), keys.due(), keys.dueEvents(), keys.dueDigests())
        .arg(keys.seen())
        .arg(log.newLife())
        .arg(stream.dedupWindow().toMillis())
        .arg(MAX_EVENTS)
        .arg(MAX_BYTES);
  }

  private void count(Partition partition, Response reply) {
    ScheduleMeters.OfStream counted = meters.of(partition.stream());
    counted.waiting(partition, RedisNumber.longOf(reply.get(1)));
    counted.repeated(RedisNumber.longOf(reply.get(2)));
    for (int i = 3; i < reply.size(); i++) {
      counted.delivered(RedisNumber.longOf(reply.get(i)));
    }
  }
}
