package penstock.presence;

import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Future;
import io.vertx.redis.client.Request;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import penstock.member.Member;
import penstock.member.RoomName;
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

/**
 * The members of rooms, as Redis has them. Its futures complete on the caller's context and fail as
 * {@link RedisLink} says.
 */
@ApplicationScoped
class PresenceRepository {

  /** What a script takes at most, so that Redis serves others soon. */
  static final int MOST_HEARTBEATS = 256;

  /** Each takes some five commands within the script: a few milliseconds for all. */
  private static final int MOST_TIME_OUTS = 128;

  /** Metadata that a script tells or lists; one member's may go beyond it. */
  private static final int MOST_BYTES = 512 * 1024;

  private static final Script ARRIVE = Script.named("arrive");
  private static final Script DEPART = Script.named("depart");
  private static final Script TIME_OUT = Script.named("time-out");
  private static final Script PRESENT = Script.named("present");

  private final LoopLinks links;
  private final EventLog log;
  private final PresenceConfig config;
  private final PresenceMeters meters;
  private final Deadlines deadlines;
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
   * Takes heartbeats of members that differ, of rooms of one partition.
   *
   * @param events whether events may come of it; else whoever would join, or has other metadata, is
   *     refused, and the others are kept even if Redis is full
   * @return what came of each, in the same order
   */
  Future<List<HeartbeatResult>> arrive(
      Partition partition, List<Heartbeat> heartbeats, boolean events) {
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
    for (Heartbeat one : heartbeats) {
      call.arg(one.member().room().value())
          .arg(one.member().name().value())
          .arg(one.ttl().toMillis())
          .arg(one.metadata())
          .arg(one.asked() ? "asked" : "kept");
    }
    RedisLink link = links.here();
    return ARRIVE
        .run(link, call)
        .compose(
            reply -> {
              var results = new ArrayList<HeartbeatResult>(heartbeats.size());
              for (int i = 0; i < heartbeats.size(); i++) {
                String name = heartbeats.get(i).member().name().value();
                results.add(HeartbeatResult.of(name, reply.get(1 + i)));
              }
              String first = reply.get(0).toString();
              return first.isEmpty()
                  ? Future.succeededFuture(results)
                  : deadlines.hint(timeOuts, partition, Long.parseLong(first), link).map(results);
            });
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
                meters.timedOut(told, RedisNumber.longOf(reply.get(1)));
              }
              String first = reply.get(2).toString();
              return first.isEmpty()
                  ? OptionalLong.empty()
                  : OptionalLong.of(Long.parseLong(first));
            });
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
