package penstock.schedule.delayed;

import io.quarkus.runtime.Startup;
import io.vertx.core.Future;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import jakarta.annotation.PostConstruct;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import penstock.event.EventFields;
import penstock.problem.IsolatedCall;
import penstock.problem.ProblemException;
import penstock.problem.ProblemType;
import penstock.redis.Keys;
import penstock.redis.RedisLink;
import penstock.redis.RedisLinks;
import penstock.redis.RedisNumber;
import penstock.redis.Script;
import penstock.schedule.DeadlineSource;
import penstock.schedule.Deadlines;
import penstock.stream.Partition;
import penstock.stream.log.EventLog;
import penstock.stream.registry.Stream;
import penstock.stream.registry.Streams;
import penstock.stream.removal.PartitionOwner;

/**
 * The events that wait to enter the logs: sees to it that they are delivered when they are due,
 * shows them, moves and cancels them. Its futures complete on the caller's context and fail as
 * {@link RedisLink} says.
 */
@Startup
@ApplicationScoped
public class DelayedEvents implements PartitionOwner {

  /** What one script reads, so that it does not keep Redis from other clients for long. */
  private static final int MAX_BYTES = 512 * 1024;

  private static final Script READ = Script.named("scheduled");
  private static final Script SHOW = Script.named("show");
  private static final Script MOVE = Script.named("move");
  private static final Script CANCEL = Script.named("cancel");

  private final Deadlines deadlines;
  private final EventLog log;
  private final RedisLink link;
  private final DeadlineSource source;
  private final ScheduleMeters meters;

  @Inject
  public DelayedEvents(
      Deadlines deadlines, EventLog log, Streams streams, RedisLinks links, ScheduleMeters meters) {
    this.deadlines = deadlines;
    this.log = log;
    this.link = links.commands();
    this.meters = meters;
    var task = new DeliveryTask(log, streams, links.open("deliver"), meters);
    this.source = new DeadlineSource("events", Keys.OfPartition::due, task::run);
  }

  @Override
  public List<String> keys(Keys.OfPartition of) {
    return List.of(of.due(), of.dueEvents(), of.dueDigests());
  }

  @Override
  public Future<Void> after(Partition partition) {
    return deadlines.renew(source, partition);
  }

  @PostConstruct
  void begin() {
    deadlines.add(source);
  }

  /**
   * To be called when the first deadline of a partition was written, before that is acknowledged.
   *
   * @param first in milliseconds
   */
  public Future<Void> hint(Partition partition, long first, RedisLink over) {
    return deadlines.hint(source, partition, first, over);
  }

  /** What a script says of a first deadline; empty if there is none. */
  public static OptionalLong deadline(Response score) {
    String text = score.toString();
    return text.isEmpty()
        ? OptionalLong.empty()
        : OptionalLong.of(new BigDecimal(text).longValue());
  }

  /** A page behind a place; it may hold fewer than asked for, since events may be large. */
  public Future<ScheduledPage> page(Stream stream, ScheduledPosition after, int limit) {
    return after.partition() < stream.partitions().size()
        ? page(stream, after, limit, new ArrayList<>())
        : Future.succeededFuture(new ScheduledPage(List.of(), after, true));
  }

  private Future<ScheduledPage> page(
      Stream stream, ScheduledPosition after, int limit, List<ScheduledEvent> found) {
    Keys.OfPartition keys = log.keys(stream.partitions().get(after.partition()));
    Request call =
        READ.call(keys.due(), keys.dueEvents())
            .arg(after.deadline())
            .arg(after.name())
            .arg(limit - found.size())
            .arg(MAX_BYTES);
    return READ.run(link, call)
        .compose(
            reply -> {
              ScheduledPosition last = after;
              for (int i = 1; i + 2 < reply.size(); i += 3) {
                var event =
                    event(
                        new ScheduledId(after.partition(), reply.get(i).toString()),
                        reply.get(i + 1),
                        reply.get(i + 2));
                found.add(event);
                last =
                    new ScheduledPosition(after.partition(), event.deadline(), event.id().name());
              }
              boolean more = RedisNumber.intOf(reply.get(0)) == 1;
              int next = after.partition() + 1;
              if (more || next == stream.partitions().size()) {
                return Future.succeededFuture(new ScheduledPage(found, last, !more));
              }
              return found.size() == limit
                  ? Future.succeededFuture(
                      new ScheduledPage(found, ScheduledPosition.firstOf(next), false))
                  : page(stream, ScheduledPosition.firstOf(next), limit, found);
            });
  }

  private static ScheduledEvent event(ScheduledId id, Response deadline, Response fields) {
    return new ScheduledEvent(id, deadline(deadline).orElseThrow(), EventFields.read(fields));
  }

  /** One that waits; a problem if it does not, any more. */
  public Future<ScheduledEvent> find(Stream stream, ScheduledId id) {
    return keys(stream, id)
        .compose(keys -> SHOW.run(link, SHOW.call(keys.due(), keys.dueEvents()).arg(id.name())))
        .map(reply -> event(id, known(reply, id).get(0), known(reply, id).get(1)));
  }

  /** Gives one that waits another deadline; a problem if it does not, any more. */
  public Future<ScheduledEvent> move(Stream stream, ScheduledId id, DeliveryTime time) {
    return find(stream, id)
        .compose(
            found ->
                keys(stream, id)
                    .compose(
                        keys ->
                            MOVE.run(
                                link, MOVE.call(keys.due()).arg(id.name()).arg(time.argument())))
                    .compose(
                        reply -> {
                          long moved = deadline(known(reply, id).get(0)).orElseThrow();
                          long first = deadline(known(reply, id).get(1)).orElseThrow();
                          var now = new ScheduledEvent(id, moved, found.event());
                          return moved == first
                              ? hint(stream.partitions().get(id.partition()), first, link).map(now)
                              : Future.succeededFuture(now);
                        }));
  }

  /** Takes one off the schedule; a problem if it is not on it, any more. */
  public Future<Void> cancel(Stream stream, ScheduledId id) {
    return keys(stream, id)
        .compose(
            keys ->
                CANCEL.run(
                    link,
                    CANCEL.call(keys.due(), keys.dueEvents(), keys.dueDigests()).arg(id.name())))
        .compose(
            reply -> {
              if (RedisNumber.intOf(reply.get(0)) == 0) {
                return Future.failedFuture(unknown(id));
              }
              IsolatedCall.run(
                  () -> {
                    ScheduleMeters.OfStream counted = meters.of(stream.name());
                    counted.cancelled();
                    counted.waiting(
                        stream.partitions().get(id.partition()), RedisNumber.longOf(reply.get(1)));
                  });
              return Future.succeededFuture();
            });
  }

  private Future<Keys.OfPartition> keys(Stream stream, ScheduledId id) {
    return id.partition() < stream.partitions().size()
        ? Future.succeededFuture(log.keys(stream.partitions().get(id.partition())))
        : Future.failedFuture(unknown(id));
  }

  private static Response known(@Nullable Response reply, ScheduledId id) {
    if (reply == null) {
      throw unknown(id);
    }
    return reply;
  }

  /** The problem of one that does not wait, any more. */
  public static ProblemException unknown(ScheduledId id) {
    return ProblemException.of(
        ProblemType.UNKNOWN_SCHEDULED_EVENT,
        "No event waits under the id "
            + id
            + ": it has entered the log, was cancelled, or never was.");
  }
}
