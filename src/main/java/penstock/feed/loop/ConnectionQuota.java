package penstock.feed.loop;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** How many readers each client, or each tenant, has now. May be used from any thread. */
final class ConnectionQuota {

  private final ConcurrentMap<String, Integer> readers = new ConcurrentHashMap<>();

  int readers(String of) {
    return readers.getOrDefault(of, 0);
  }

  void entered(String of) {
    readers.merge(of, 1, Integer::sum);
  }

  void left(String of) {
    readers.computeIfPresent(of, (key, count) -> count > 1 ? count - 1 : null);
  }
}
