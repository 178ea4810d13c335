package penstock.presence;

import io.vertx.redis.client.Response;
import java.util.Locale;
import penstock.redis.RedisNumber;

/**
 * What came of a heartbeat.
 *
 * @param presence of the member; of no meaning if the room is full or events were not allowed
 */
record HeartbeatResult(State state, Presence presence) {

  private static final int STATE = 0;
  private static final int SINCE = 1;
  private static final int DEADLINE = 2;
  private static final int METADATA = 3;

  /** As {@code arrive.lua} has it. */
  enum State {
    JOINED,
    UPDATED,
    /** Nothing but its deadline changed. */
    KEPT,
    /** It left since its connection began, which does not bring it back. */
    LEFT,
    /** The room has no place. */
    FULL,
    /** An event would have come of it, and none was allowed. */
    REFUSED
  }

  static HeartbeatResult of(String member, Response reply) {
    return new HeartbeatResult(
        State.valueOf(reply.get(STATE).toString().toUpperCase(Locale.ROOT)),
        new Presence(
            member,
            RedisNumber.longOf(reply.get(SINCE)),
            RedisNumber.longOf(reply.get(DEADLINE)),
            reply.get(METADATA).toBytes()));
  }
}
