package penstock.redis;

import io.vertx.core.Future;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Function;
import penstock.redis.topology.ServerAddress;

/**
 * Links to servers by their address, each opened when it is first needed and kept. May be used from
 * any thread.
 */
final class NodeLinks {

  private final Function<ServerAddress, NodeLink> opening;
  private final ConcurrentMap<ServerAddress, NodeLink> links = new ConcurrentHashMap<>();

  /**
   * @param opening opens a link to a server
   */
  NodeLinks(Function<ServerAddress, NodeLink> opening) {
    this.opening = opening;
  }

  NodeLink to(ServerAddress server) {
    NodeLink present = links.get(server);
    return present != null ? present : links.computeIfAbsent(server, opening);
  }

  /** Empty if it was not needed yet. */
  Optional<NodeLink> present(ServerAddress server) {
    return Optional.ofNullable(links.get(server));
  }

  Collection<NodeLink> all() {
    return links.values();
  }

  /** Closes those to other servers. */
  void retain(Set<ServerAddress> servers) {
    for (ServerAddress one : Set.copyOf(links.keySet())) {
      if (!servers.contains(one)) {
        NodeLink gone = links.remove(one);
        if (gone != null) {
          gone.close();
        }
      }
    }
  }

  Future<Void> close() {
    return Future.join(links.values().stream().map(NodeLink::close).toList()).mapEmpty();
  }
}
