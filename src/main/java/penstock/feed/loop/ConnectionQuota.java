package penstock.feed.loop;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import penstock.feed.connection.ClientAddress;

/** How many readers each client has now. May be used from any thread. */
final class ConnectionQuota {

  private final ConcurrentMap<ClientAddress, Integer> readers = new ConcurrentHashMap<>();

  int readers(ClientAddress client) {
    return readers.getOrDefault(client, 0);
  }

  void entered(ClientAddress client) {
    readers.merge(client, 1, Integer::sum);
  }

  void left(ClientAddress client) {
    readers.computeIfPresent(client, (key, count) -> count > 1 ? count - 1 : null);
  }
}
