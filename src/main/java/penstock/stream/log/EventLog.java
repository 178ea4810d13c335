package penstock.stream.log;

import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
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
  private final RedisLink pages;
  private final Keys keys;
  private final SecureRandom random = new SecureRandom();

  @Inject
  public EventLog(RedisLinks links, Keys keys) {
    this.link = links.open("log");
    this.pages = links.readsReplicas() ? links.openForReads("pages") : link;
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
   * The states of several logs, in the same order; in a cluster those of one slot at one moment,
   * else all. Fails if one of them cannot be observed.
   */
  public Future<List<LogState>> observe(List<Partition> partitions) {
    return observe(partitions, link);
  }

  /** The same over another link. */
  public Future<List<LogState>> observe(List<Partition> partitions, RedisLink over) {
    return observeAll(partitions.stream().map(this::keys).toList(), over)
        .recover(
            failure ->
                over != link && RedisLink.isOfReplica(failure)
                    ? note(partitions, failure)
                    : Future.failedFuture(failure));
  }

  private Future<List<LogState>> observeAll(List<Keys.OfPartition> all, RedisLink over) {
    Map<Integer, List<Keys.OfPartition>> together =
        all.stream().collect(Collectors.groupingBy(of -> over.slot(of.base())));
    if (together.size() == 1) {
      return observeTogether(all, over);
    }
    Map<Keys.OfPartition, LogState> states = new ConcurrentHashMap<>();
    List<Future<?>> calls = new ArrayList<>();
    together
        .values()
        .forEach(
            some ->
                calls.add(
                    observeTogether(some, over)
                        .onSuccess(
                            found -> {
                              for (int i = 0; i < some.size(); i++) {
                                states.put(some.get(i), found.get(i));
                              }
                            })));
    return Future.all(calls)
        .map(done -> all.stream().map(states::get).map(Objects::requireNonNull).toList());
  }

  private Future<List<LogState>> observeTogether(List<Keys.OfPartition> some, RedisLink over) {
    Request call =
        OBSERVE
            .call(
                some.stream()
                    .mapMulti(
                        (Keys.OfPartition of, Consumer<String> key) -> {
                          key.accept(of.events());
                          key.accept(of.log());
                        })
                    .toArray(String[]::new))
            .arg(newLife());
    some.forEach(of -> call.arg(of.seen()));
    return OBSERVE.run(over, call).map(found -> found.stream().map(LogState::of).toList());
  }

  /**
   * A replica has something that nobody noted yet, such as a new term, and cannot note it: the
   * master does. It is seen at the replica when that has it.
   *
   * @return fails, for what was asked of the replica is not known yet
   */
  public <T> Future<T> note(List<Partition> partitions, Throwable failure) {
    return observe(partitions).compose(noted -> Future.failedFuture(failure));
  }

  /** Over which pages of events are read. */
  RedisLink pages() {
    return pages;
  }

  /** What cannot be answered over {@link #pages} is asked over this one; may be the same. */
  RedisLink judge() {
    return link;
  }

  /**
   * Entries after a position, oldest first, at most {@code count}, over a link. Whether they are of
   * one term, and what was trimmed, is seen by observations sent before and behind it.
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
