package penstock.projection;

import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import penstock.redis.Keys;
import penstock.redis.RedisLink;
import penstock.redis.RedisNumber;
import penstock.redis.Script;

/**
 * What this instance tells the others and hears of them through Redis: heartbeats by Redis's clock,
 * and notices, so that nobody waits for a heartbeat. Futures complete on the links' threads and
 * fail as {@link RedisLink} says.
 */
final class Membership {

  private static final Script HEARTBEAT = Script.named("heartbeat");
  private static final Script LEAVE = Script.named("leave");
  private static final Script NOTIFY = Script.named("notify");
  private static final int MOST_NOTICES = 1_000;

  private final RedisLink link;
  private final RedisLink blocked;
  private final Keys keys;
  private final String me;
  private final Duration patience;

  /**
   * @param blocked for reads that wait; nothing else may use it
   * @param patience after which an instance that does not tell that it lives counts as gone
   */
  Membership(RedisLink link, RedisLink blocked, Keys keys, String me, Duration patience) {
    this.link = link;
    this.blocked = blocked;
    this.keys = keys;
    this.me = me;
    this.patience = patience;
  }

  /**
   * Who lives.
   *
   * @param millisLeft until the next of the others would count as gone
   * @param works instance to the names of what it works
   */
  record Members(long millisLeft, Map<String, Set<String>> works) {}

  /** Tells that this instance lives and works these; takes those that are gone off the list. */
  Future<Members> heartbeat(List<String> works) {
    return HEARTBEAT
        .run(
            link,
            HEARTBEAT
                .call(keys.instances(), keys.works(), keys.notices())
                .arg(me)
                .arg(patience.toMillis())
                .arg(String.join(" ", works)))
        .map(Membership::members);
  }

  private static Members members(Response reply) {
    var works = new HashMap<String, Set<String>>();
    for (int i = 1; i + 1 < reply.size(); i += 2) {
      works.put(
          reply.get(i).toString(),
          Stream.of(reply.get(i + 1).toString().split(" "))
              .filter(name -> !name.isEmpty())
              .collect(Collectors.toUnmodifiableSet()));
    }
    return new Members(RedisNumber.longOf(reply.get(0)), works);
  }

  /** Takes this instance off the list at once. */
  Future<Void> leave() {
    return LEAVE
        .run(link, LEAVE.call(keys.instances(), keys.works(), keys.notices()).arg(me))
        .mapEmpty();
  }

  /** Lets all instances know, this one too. */
  Future<Void> tell(Notice.Kind kind, String about) {
    return NOTIFY.run(link, NOTIFY.call(keys.notices()).arg(kind.word()).arg(about)).mapEmpty();
  }

  /** The id of the last notice there is. */
  Future<String> lastNotice() {
    return link.send(Command.XREVRANGE, keys.notices(), "+", "-", "COUNT", 1)
        .map(found -> found.size() == 0 ? "0-0" : found.get(0).get(0).toString());
  }

  /** Notices after one of them; none if none comes in time, which is at least a millisecond. */
  Future<List<Notice>> notices(String after, long millis) {
    long block = Math.max(1, Math.min(millis, blocked.timeoutMillis() / 2));
    return blocked
        .send(
            Command.XREAD, "COUNT", MOST_NOTICES, "BLOCK", block, "STREAMS", keys.notices(), after)
        .map(Notice::list);
  }
}
