package penstock.ingest;

import io.vertx.core.Future;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.function.Supplier;
import penstock.problem.IsolatedCall;
import penstock.problem.Problem;
import penstock.problem.ProblemException;
import penstock.problem.ProblemType;
import penstock.redis.Keys;
import penstock.redis.RedisLink;
import penstock.redis.RedisNumber;
import penstock.redis.Script;
import penstock.schedule.ScheduleConfig;
import penstock.schedule.delayed.DelayedEvents;
import penstock.schedule.delayed.ScheduleMeters;
import penstock.schedule.delayed.ScheduledId;
import penstock.stream.Partition;
import penstock.stream.Position;
import penstock.stream.Term;
import penstock.stream.log.EventLog;
import penstock.stream.registry.Stream;

/**
 * Runs {@code schedule.lua} for one partition, and notes the first deadline before that is
 * acknowledged.
 */
final class PartitionSchedule {

  private static final Script SCRIPT = Script.named("schedule");

  /** What the script says of an event. */
  private static final int APPENDED = 0;

  private static final int DUPLICATE = 1;
  private static final int SCHEDULED = 2;
  private static final int SCHEDULED_BEFORE = 3;

  /** Where in the reply the first event is told of. */
  private static final int HEAD = 4;

  /** Soon enough for a schedule that is worked off. */
  private static final Duration RETRY = Duration.ofSeconds(5);

  private final Partition partition;
  private final Keys.OfPartition keys;
  private final EventLog log;
  private final DelayedEvents delayed;
  private final ScheduleMeters meters;
  private final ScheduleConfig config;
  private final DurableCall durable;

  PartitionSchedule(
      Stream stream,
      Partition partition,
      EventLog log,
      DelayedEvents delayed,
      ScheduleMeters meters,
      ScheduleConfig config,
      Supplier<RedisLink> links) {
    this.partition = partition;
    this.keys = log.keys(partition);
    this.log = log;
    this.delayed = delayed;
    this.meters = meters;
    this.config = config;
    this.durable = new DurableCall(stream, SCRIPT, links);
  }

  Future<BatchResult> run(AppendBatch batch) {
    return durable
        .run(call(batch))
        .compose(
            reply -> {
              BatchResult result =
                  DurableCall.read(reply, of -> result(of, batch.entries().size()));
              OptionalLong first = DelayedEvents.deadline(reply.get(2));
              IsolatedCall.run(
                  () ->
                      meters
                          .of(partition.stream())
                          .scheduled(partition, fresh(result), RedisNumber.longOf(reply.get(3))));
              return first.isPresent() && has(result, first.getAsLong())
                  ? delayed.hint(partition, first.getAsLong(), durable.link()).map(result)
                  : Future.succeededFuture(result);
            });
  }

  private Request call(AppendBatch batch) {
    Request call =
        durable
            .with(keys.events(), keys.log(), keys.due(), keys.dueEvents(), keys.dueDigests())
            .arg(keys.seen())
            .arg(log.newLife())
            .arg(durable.stream().dedupWindow().toMillis())
            .arg(config.maxEvents());
    for (EncodedEvent entry : batch.entries()) {
      call.arg(entry.digest())
          .arg(Objects.requireNonNull(entry.time(), "others are appended").argument())
          .arg(entry.fields().size());
      for (byte[] field : entry.fields()) {
        call.arg(field);
      }
    }
    return call;
  }

  private BatchResult result(Response reply, int events) {
    List<EventResult> results = new ArrayList<>(events);
    for (int i = 0; i < events; i++) {
      int at = HEAD + 3 * i;
      results.add(
          result(
              RedisNumber.intOf(reply.get(at)),
              reply.get(at + 1).toString(),
              DelayedEvents.deadline(reply.get(at + 2)).orElse(0)));
    }
    return new BatchResult(reply.get(0).toString(), Term.parse(reply.get(1).toString()), results);
  }

  private EventResult result(int what, String name, long deadline) {
    return switch (what) {
      case APPENDED, DUPLICATE ->
          new EventResult.Appended(partition.index(), Position.parse(name), what == DUPLICATE);
      case SCHEDULED, SCHEDULED_BEFORE ->
          new EventResult.Scheduled(
              new ScheduledId(partition.index(), name), deadline, what == SCHEDULED_BEFORE);
      default -> new EventResult.Refused(full());
    };
  }

  private static int fresh(BatchResult result) {
    return (int)
        result.events().stream()
            .filter(event -> event instanceof EventResult.Scheduled && !event.duplicate())
            .count();
  }

  /** Whether one of its events has the deadline: a repeated one may not have been noted. */
  private static boolean has(BatchResult result, long deadline) {
    return result.events().stream()
        .anyMatch(
            event ->
                event instanceof EventResult.Scheduled scheduled
                    && scheduled.deadline() == deadline);
  }

  private ProblemException full() {
    return Problem.passing(
            ProblemType.SCHEDULE_FULL,
            "As many events as penstock.schedule.max-events allows, "
                + config.maxEvents()
                + ", wait in the partition "
                + partition
                + ". Retry when some have been delivered or cancelled, or send events without a delay.",
            RETRY)
        .exception();
  }
}
