package penstock.presence;

import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Future;
import io.vertx.redis.client.Request;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import penstock.member.Member;
import penstock.member.RoomName;
import penstock.problem.IsolatedCall;
import penstock.redis.BatchQueue;
import penstock.redis.Keys;
import penstock.redis.LoopLinks;
import penstock.redis.RedisLink;
import penstock.redis.RedisLinks;
import penstock.redis.RedisNumber;
import penstock.redis.Script;
import penstock.schedule.DeadlineSource;
import penstock.schedule.Deadlines;
import penstock.stream.Partition;
import penstock.stream.log.EventLog;
import penstock.stream.removal.PartitionOwner;

/**
 * The members of rooms, as Redis has them. Its futures complete on the caller's context and fail as
 * {@link RedisLink} says.
 */
@ApplicationScoped
class PresenceRepository implements PartitionOwner {

  /** What a script takes at most, so that Redis serves others soon. */
  static final int MOST_HEARTBEATS = 256;

  /** Each takes some five commands within the script: a few milliseconds for all. */
  private static final int MOST_TIME_OUTS = 128;

  /** Metadata that a script tells or lists; one member's may go beyond it. */
  private static final int MOST_BYTES = 512 * 1024;

  private static final Script ARRIVE = Script.named("arrive");
  private static final Script DEPART = Script.named("depart");
  private static final Script TIME_OUT = Script.named("time-out");
  private static final Script DISBAND = Script.named("disband");
  private static final Script PRESENT = Script.named("present");

  private final LoopLinks links;
  private final EventLog log;
  private final PresenceConfig config;
  private final PresenceMeters meters;
  private final Deadlines deadlines;
  private final BatchQueue<Partition, Heartbeat, HeartbeatResult> heartbeats;
  private final DeadlineSource timeOuts =
      new DeadlineSource("presence", Keys.OfPartition::presence, this::timeOut);

  @Inject
  PresenceRepository(
      RedisLinks links,
      EventLog log,
      PresenceConfig config,
      PresenceMeters meters,
      Deadlines deadlines) {
    this.links = links.openOnLoops("presence");
    this.heartbeats =
        new BatchQueue<>(
            this.links,
            PresenceRepository::batch,
            (over, partition, some) -> arrive(over, partition, some, true));
    this.log = log;
    this.config = config;
    this.meters = meters;
    this.deadlines = deadlines;
  }

  /** From now on this instance sees to time-outs, as all others do. */
  void start(@Observes StartupEvent event) {
    deadlines.add(timeOuts);
  }

  /**
   * Takes a heartbeat, together with others of rooms of the partition that come meanwhile. On a
   * full Redis one of which no event comes succeeds.
   */
  Future<HeartbeatResult> arrive(Partition partition, Heartbeat heartbeat) {
    return heartbeats.add(partition, heartbeat);
  }

  /**
   * Takes heartbeats of members that differ, of rooms of one partition, at most {@link
   * #MOST_HEARTBEATS}.
   *
   * @param events whether events may come of it; else whoever would join, or has other metadata, is
   *     refused, and the others are kept even if Redis is full
   * @return what came of each, in the same order
   */
  Future<List<HeartbeatResult>> arrive(Partition partition, List<Heartbeat> some, boolean events) {
    return arrive(links.here(), partition, some, events);
  }

  private Future<List<HeartbeatResult>> arrive(
      RedisLink link, Partition partition, List<Heartbeat> some, boolean events) {
    Keys.OfPartition keys = log.keys(partition);
    Request call =
        ARRIVE
            .call(keys.events(), keys.log(), keys.presence())
            .arg(keys.seen())
            .arg(log.newLife())
            .arg(keys.presenceMembers())
            .arg(keys.presenceNames())
            .arg(config.maxMembers())
            .arg(events ? 1 : 0);
    for (Heartbeat one : some) {
      call.arg(one.member().room().value())
          .arg(one.member().name().value())
          .arg(one.ttl().toMillis())
          .arg(one.metadata())
          .arg(one.asked() ? "asked" : "kept");
    }
    return ARRIVE
        .run(link, call)
        .compose(
            reply -> {
              var results = new ArrayList<HeartbeatResult>(some.size());
              for (int i = 0; i < some.size(); i++) {
                String name = some.get(i).member().name().value();
                results.add(HeartbeatResult.of(name, reply.get(1 + i)));
              }
              String first = reply.get(0).toString();
              return first.isEmpty()
                  ? Future.succeededFuture(results)
                  : deadlines.hint(timeOuts, partition, Long.parseLong(first), link).map(results);
            });
  }

  /** What may go into one call: members that differ, and no more than a script is to take. */
  private static Predicate<Heartbeat> batch() {
    var members = new HashSet<Member>();
    var bytes = new AtomicInteger();
    return next ->
        members.size() < MOST_HEARTBEATS
            && bytes.addAndGet(next.metadata().length) <= MOST_BYTES
            && members.add(next.member());
  }

  /** Tells some of the time-outs that are due; what is the first deadline then. */
  private Future<OptionalLong> timeOut(Partition partition) {
    Keys.OfPartition keys = log.keys(partition);
    Request call =
        TIME_OUT
            .call(keys.events(), keys.log(), keys.presence())
            .arg(keys.seen())
            .arg(log.newLife())
            .arg(keys.presenceMembers())
            .arg(keys.presenceNames())
            .arg(MOST_TIME_OUTS)
            .arg(MOST_BYTES);
    return TIME_OUT
        .run(links.here(), call)
        .map(
            reply -> {
              int told = RedisNumber.intOf(reply.get(0));
              if (told > 0) {
                long late = RedisNumber.longOf(reply.get(1));
                IsolatedCall.run(() -> meters.timedOut(told, late));
              }
              String first = reply.get(2).toString();
              return first.isEmpty()
                  ? OptionalLong.empty()
                  : OptionalLong.of(Long.parseLong(first));
            });
  }

  @Override
  public List<String> traces(Keys.OfPartition of) {
    return List.of(of.presence());
  }

  @Override
  public Future<Void> after(Partition partition) {
    return disband(partition, 0).compose(done -> deadlines.renew(timeOuts, partition));
  }

  private Future<Void> disband(Partition partition, long from) {
    Keys.OfPartition keys = log.keys(partition);
    Request call =
        DISBAND
            .call(keys.log(), keys.presence())
            .arg(keys.presenceMembers())
            .arg(keys.presenceNames())
            .arg(from)
            .arg(MOST_TIME_OUTS);
    return DISBAND
        .run(links.here(), call)
        .map(RedisNumber::longOf)
        .compose(next -> next < 0 ? Future.succeededFuture() : disband(partition, next));
  }

  /** Takes a member out of its room; false if it was not there. */
  Future<Boolean> depart(Partition partition, Member member) {
    Keys.OfPartition keys = log.keys(partition);
    String room = member.room().value();
    Request call =
        DEPART
            .call(
                keys.events(),
                keys.log(),
                keys.presence(),
                keys.presenceMembers() + room,
                keys.presenceNames() + room)
            .arg(keys.seen())
            .arg(log.newLife())
            .arg(room)
            .arg(member.name().value());
    return DEPART.run(links.here(), call).map(was -> RedisNumber.intOf(was) == 1);
  }

  /**
   * Who is in a room, a page at a time.
   *
   * @param after the name before the first; empty for the beginning
   */
  Future<RoomPage> present(Partition partition, RoomName room, String after, int limit) {
    Keys.OfPartition keys = log.keys(partition);
    Request call =
        PRESENT
            .call(
                keys.log(),
                keys.presence(),
                keys.presenceMembers() + room,
                keys.presenceNames() + room)
            .arg(room.value())
            .arg(after.isEmpty() ? "-" : "(" + after)
            .arg(limit)
            .arg(MOST_BYTES);
    return PRESENT.run(links.here(), call).map(reply -> RoomPage.of(room, after, reply));
  }
}
