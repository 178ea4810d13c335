package penstock.redis.topology;

import io.vertx.core.Future;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The server that is read from where replicas are to be: the preferred one of those that are not
 * too far behind the master; the master while there is none. While no master is known, none is left
 * that still answers: what it has is as good as before, and nothing newer is to be had.
 *
 * <p>All who read ask the same server, so that what one of them saw the others see too.
 */
public final class ReplicaSource {

  /** Sentinels may remember many that are long gone. */
  private static final int MOST_ASKED = 16;

  private final Supplier<Future<List<ServerAddress>>> replicas;
  private final BiFunction<ServerAddress, Request, Future<Response>> ask;
  private final ReplicaOrder order;
  private final OffsetHistory offsets;
  private final long mostBehind;
  private volatile @Nullable ServerAddress chosen;
  private volatile long behind;

  /**
   * @param replicas those that may be some, as far as they can be found now; they are asked
   * @param ask one server, for an answer within a time that all can wait
   * @param mostBehind how old what a replica has may be
   */
  public ReplicaSource(
      Supplier<Future<List<ServerAddress>>> replicas,
      BiFunction<ServerAddress, Request, Future<Response>> ask,
      ReplicaOrder order,
      Duration mostBehind) {
    this.replicas = replicas;
    this.ask = ask;
    this.order = order;
    this.offsets = new OffsetHistory(mostBehind);
    this.mostBehind = mostBehind.toNanos();
  }

  /** The one that is read from; empty if it was never looked. */
  public Optional<ServerAddress> chosen() {
    return Optional.ofNullable(chosen);
  }

  /** Nanoseconds by which it is behind the master at most, when it was last looked at. */
  public long behind() {
    return behind;
  }

  /** Looks at all of them, and chooses. */
  public Future<ServerAddress> look(ServerAddress master) {
    // The master first: what the replicas have is compared with what it had before.
    return ReplicationInfo.of(master, ask)
        .onSuccess(info -> offsets.note(info, System.nanoTime()))
        .compose(info -> replicas.get().compose(this::ask))
        .map(answers -> choose(master, answers.said(), System.nanoTime()));
  }

  private Future<ServerAnswers<ReplicationInfo>> ask(List<ServerAddress> servers) {
    return ServerAnswers.of(
        servers.subList(0, Math.min(MOST_ASKED, servers.size())),
        server -> ReplicationInfo.of(server, ask));
  }

  private ServerAddress choose(
      ServerAddress master, Map<ServerAddress, ReplicationInfo> said, long now) {
    Map<ServerAddress, ReplicationInfo> good = new TreeMap<>(said);
    good.values().removeIf(one -> one.master() || offsets.behind(one, now) > mostBehind);
    ServerAddress present = chosen;
    // The one that is read from may be without its master for a while; another is not begun with.
    good.entrySet()
        .removeIf(each -> !each.getValue().connected() && !each.getKey().equals(present));
    List<ServerAddress> preferred = order.of(good);
    ServerAddress next = preferred.isEmpty() ? master : preferred.getFirst();
    ReplicationInfo info = good.get(next);
    behind = info == null ? 0 : offsets.behind(info, now);
    chosen = next;
    return next;
  }

  /**
   * Whether a server has all that the master had when it was asked.
   *
   * @param master as it was asked before
   */
  public static boolean hasAll(ReplicationInfo server, ReplicationInfo master) {
    return server.id().equals(master.id()) && server.offset() >= master.offset();
  }
}
