package penstock.presence;

import io.vertx.core.Future;
import io.vertx.redis.client.Request;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import penstock.member.Member;
import penstock.member.RoomName;
import penstock.redis.Keys;
import penstock.redis.LoopLinks;
import penstock.redis.RedisLink;
import penstock.redis.RedisLinks;
import penstock.redis.RedisNumber;
import penstock.redis.Script;
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

  /** After as many bytes no further member is listed. */
  private static final int PAGE_BYTES = 512 * 1024;

  private static final Script ARRIVE = Script.named("arrive");
  private static final Script DEPART = Script.named("depart");
  private static final Script PRESENT = Script.named("present");

  private final LoopLinks links;
  private final EventLog log;
  private final PresenceConfig config;

  @Inject
  PresenceRepository(RedisLinks links, EventLog log, PresenceConfig config) {
    this.links = links.openOnLoops("presence");
    this.log = log;
    this.config = config;
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
    return ARRIVE
        .run(links.here(), call)
        .map(
            reply -> {
              var results = new ArrayList<HeartbeatResult>(heartbeats.size());
              for (int i = 0; i < heartbeats.size(); i++) {
                String name = heartbeats.get(i).member().name().value();
                results.add(HeartbeatResult.of(name, reply.get(i)));
              }
              return results;
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
            .arg(PAGE_BYTES);
    return PRESENT.run(links.here(), call).map(reply -> RoomPage.of(room, after, reply));
  }
}
