package penstock.consumer.membership;

import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Response;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import penstock.consumer.Instance;
import penstock.consumer.ProjectionConfig;
import penstock.redis.Keys;
import penstock.redis.RedisLink;
import penstock.redis.RedisLinks;
import penstock.redis.RedisNumber;
import penstock.redis.Script;

/**
 * What this instance and the others send each other through Redis: heartbeats by Redis's clock, and
 * control messages, so that nobody waits for a heartbeat. Futures complete on the links' threads
 * and fail as {@link RedisLink} says.
 */
@Singleton
public final class Membership {

  private static final Script HEARTBEAT = Script.named("heartbeat");
  private static final Script LEAVE = Script.named("leave");
  private static final Script NOTIFY = Script.named("notify");
  private static final int MOST_MESSAGES = 1_000;

  private final RedisLink link;
  private final RedisLink blocked;
  private final Keys keys;
  private final String me;
  private final Duration patience;

  @Inject
  public Membership(RedisLinks links, Keys keys, Instance instance, ProjectionConfig config) {
    this(links.open("membership"), links.open("notices"), keys, instance.name(), config.lease());
  }

  /**
   * @param blocked for reads that wait; nothing else may use it
   * @param patience after which an instance without a heartbeat counts as gone
   */
  public Membership(RedisLink link, RedisLink blocked, Keys keys, String me, Duration patience) {
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

  /** Says that this instance lives and works these; takes those that are gone off the list. */
  public Future<Members> heartbeat(List<String> works) {
    return HEARTBEAT
        .run(
            link,
            HEARTBEAT
                .call(keys.instances(), keys.works(), keys.messages())
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
        .run(link, LEAVE.call(keys.instances(), keys.works(), keys.messages()).arg(me))
        .mapEmpty();
  }

  /** Sends a message to all instances, this one too. */
  public Future<Void> send(ControlMessage.Type kind, String about) {
    return NOTIFY.run(link, NOTIFY.call(keys.messages()).arg(kind.word()).arg(about)).mapEmpty();
  }

  /** The id of the last message there is. */
  public Future<String> lastMessage() {
    return link.send(Command.XREVRANGE, keys.messages(), "+", "-", "COUNT", 1)
        .map(found -> found.size() == 0 ? "0-0" : found.get(0).get(0).toString());
  }

  /** Messages after one of them; none if none comes in time, which is at least a millisecond. */
  public Future<List<ControlMessage>> receive(String after, long millis) {
    long block = Math.max(1, Math.min(millis, blocked.timeoutMillis() / 2));
    return blocked
        .send(
            Command.XREAD,
            "COUNT",
            MOST_MESSAGES,
            "BLOCK",
            block,
            "STREAMS",
            keys.messages(),
            after)
        .map(ControlMessage::list);
  }
}
