package penstock.redis.topology;

import io.vertx.core.Future;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.stream.Collectors;

/**
 * A master and its replicas, of which every server is named by the configuration: the one is the
 * master that says so.
 *
 * <p>If two say so, one has taken over and the other has not heard of it. Redis itself tells them
 * apart: who takes over gets a new replication id, and keeps that of its former master as the
 * second one. So the one whose id is another's second id is the old one; once it is known, it is
 * not believed either when it is the only one that can be reached. Where that does not decide, as
 * after two takeovers in a row, the one that replicas follow is the master, since nothing follows
 * an old one; and where that does not decide either, none is.
 */
public final class ReplicationTopology implements Topology {

  /** Takeovers that are remembered; more than there are between two looks at all servers. */
  private static final int MOST_ENDED = 64;

  private final List<ServerAddress> servers;
  private final BiFunction<ServerAddress, Request, Future<Response>> ask;

  /** Ids of reigns that have ended, the oldest first. */
  private final Set<String> ended = new LinkedHashSet<>();

  /**
   * @param ask one server, for an answer within a time that all can wait
   */
  public ReplicationTopology(
      List<ServerAddress> servers, BiFunction<ServerAddress, Request, Future<Response>> ask) {
    this.servers = List.copyOf(servers);
    this.ask = ask;
  }

  @Override
  public Future<ServerAddress> master() {
    return ServerAnswers.of(servers, server -> ReplicationInfo.of(server, ask)).map(this::choose);
  }

  @Override
  public Future<List<ServerAddress>> replicas() {
    return Future.succeededFuture(servers);
  }

  /** The master among those that answered. */
  synchronized ServerAddress choose(ServerAnswers<ReplicationInfo> answers) {
    Map<ServerAddress, ReplicationInfo> masters = new TreeMap<>(answers.said());
    masters.values().removeIf(one -> !one.master());
    for (ReplicationInfo one : masters.values()) {
      note(one);
    }
    if (masters.isEmpty()) {
      throw new NoMasterException(
          "none of the %d hosts is a master%s"
              .formatted(
                  servers.size(),
                  answers.silent().isEmpty() ? "" : "; no answer of " + answers.excuses()));
    }
    if (masters.size() == 1 && answers.said().size() == servers.size()) {
      // Whatever was before, all others follow this one now.
      ended.remove(masters.values().iterator().next().id());
    }
    Map<ServerAddress, ReplicationInfo> present = new TreeMap<>(masters);
    present.values().removeIf(one -> ended.contains(one.id()));
    if (present.isEmpty()) {
      throw new NoMasterException(
          "the only master that answers, %s, is an old one: another has taken over from it, of which nothing is heard (%s)"
              .formatted(masters.keySet().iterator().next(), answers.excuses()));
    }
    return mostFollowed(present);
  }

  private static ServerAddress mostFollowed(Map<ServerAddress, ReplicationInfo> masters) {
    int most =
        masters.values().stream()
            .max(Comparator.comparingInt(ReplicationInfo::replicas))
            .orElseThrow()
            .replicas();
    List<ServerAddress> followed =
        masters.entrySet().stream()
            .filter(each -> each.getValue().replicas() == most)
            .map(Map.Entry::getKey)
            .toList();
    if (followed.size() > 1) {
      throw new NoMasterException(
          "several of the hosts are masters, and nothing tells which of them is the right one: "
              + followed.stream().map(ServerAddress::toString).collect(Collectors.joining(", ")));
    }
    return followed.getFirst();
  }

  private void note(ReplicationInfo master) {
    String former = master.formerId();
    if (former.isEmpty() || former.matches("0+") || former.equals(master.id())) {
      return;
    }
    ended.add(former);
    if (ended.size() > MOST_ENDED) {
      ended.remove(ended.iterator().next());
    }
  }
}
