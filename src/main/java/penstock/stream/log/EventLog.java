package penstock.stream.log;

import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import penstock.redis.Keys;
import penstock.redis.RedisLink;
import penstock.redis.RedisLinks;
import penstock.redis.Script;
import penstock.stream.LogEntry;
import penstock.stream.LogState;
import penstock.stream.Partition;
import penstock.stream.Position;

/**
 * Reads the logs. Its futures complete on the caller's context and fail as {@link RedisLink} says.
 */
@Singleton
public class EventLog {

  private static final Script OBSERVE = Script.named("observe");

  private final RedisLink link;
  private final Keys keys;
  private final SecureRandom random = new SecureRandom();

  @Inject
  public EventLog(RedisLinks links, Keys keys) {
    this.link = links.open("log");
    this.keys = keys;
  }

  public Keys.OfPartition keys(Partition partition) {
    return keys.partition(partition.stream().value(), partition.index());
  }

  /** The state of the log; a new life or term that nobody noticed yet begins with it. */
  public Future<LogState> observe(Partition partition) {
    return observe(partition, link);
  }

  /** The same over another link, where its order with other commands matters. */
  public Future<LogState> observe(Partition partition, RedisLink over) {
    return observe(List.of(partition), over).map(List::getFirst);
  }

  /**
   * The states of several logs, in the same order, all at one moment. Fails if one of them cannot
   * be observed.
   */
  public Future<List<LogState>> observe(List<Partition> partitions) {
    return observe(partitions, link);
  }

  /** The same over another link. */
  public Future<List<LogState>> observe(List<Partition> partitions, RedisLink over) {
    List<Keys.OfPartition> names = partitions.stream().map(this::keys).toList();
    Request call =
        OBSERVE
            .call(
                names.stream()
                    .mapMulti(
                        (Keys.OfPartition of, Consumer<String> key) -> {
                          key.accept(of.events());
                          key.accept(of.log());
                        })
                    .toArray(String[]::new))
            .arg(newLife());
    names.forEach(of -> call.arg(of.seen()));
    return OBSERVE.run(over, call).map(states -> states.stream().map(LogState::of).toList());
  }

  /**
   * Entries after a position, oldest first, at most {@code count}. Whether some were trimmed in
   * between is seen by an {@link #observe} that is sent after it.
   */
  Future<LogPage> page(Partition partition, Position after, int count) {
    return page(partition, after, count, link);
  }

  /**
   * Entries after a position, oldest first, at most {@code count}, over another link. Whether they
   * are of one term, and what was trimmed, is seen by observations sent before and behind it.
   */
  public Future<LogPage> page(Partition partition, Position after, int count, RedisLink over) {
    return after
        .next()
        .map(
            first ->
                over.send(Command.XRANGE, keys(partition).events(), first, "+", "COUNT", count)
                    .map(LogPage::of))
        .orElseGet(() -> Future.succeededFuture(LogPage.NONE));
  }

  /** The entry at a position; empty if there is none any more, or none that is an event. */
  public Future<Optional<LogEntry>> entry(Partition partition, Position at) {
    return link.send(Command.XRANGE, keys(partition).events(), at.toString(), at.toString())
        .map(LogPage::of)
        .map(page -> page.entries().stream().findFirst());
  }

  /** A random string that names a life, should one begin. */
  public String newLife() {
    byte[] bytes = new byte[12];
    random.nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }
}
