package penstock.projection.worker;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import penstock.view.fold.Entry;

/**
 * The entries that a task read or made, also those that are known not to exist. Good only while its
 * fence stands. What batches changed that are not committed yet stays, whatever the bound.
 */
final class EntryCache {

  private static final int KEY_OVERHEAD = 128;
  private static final float LOAD_FACTOR = 0.75f;

  private final long bound;
  private final LinkedHashMap<String, Cached> byKey = new LinkedHashMap<>(64, LOAD_FACTOR, true);
  private long weight;

  EntryCache(long bound) {
    this.bound = bound;
  }

  /**
   * @param entry null if there is none of that key
   * @param batch the number of the last batch that touched it
   */
  record Cached(@Nullable Entry entry, long batch) {}

  /** Null if it is not known. */
  @Nullable Cached get(String key) {
    return byKey.get(key);
  }

  boolean knows(String key) {
    return byKey.containsKey(key);
  }

  void put(String key, @Nullable Entry entry, long batch) {
    Cached before = byKey.put(key, new Cached(entry, batch));
    weight += weight(key, entry) - (before == null ? 0 : weight(key, before.entry()));
  }

  /** All batches up to this one are committed: what they changed may go. */
  void committed(long batch) {
    Iterator<Map.Entry<String, Cached>> eldest = byKey.entrySet().iterator();
    while (weight > bound && eldest.hasNext()) {
      Map.Entry<String, Cached> next = eldest.next();
      if (next.getValue().batch() <= batch) {
        weight -= weight(next.getKey(), next.getValue().entry());
        eldest.remove();
      }
    }
  }

  void clear() {
    byKey.clear();
    weight = 0;
  }

  long weight() {
    return weight;
  }

  private static long weight(String key, @Nullable Entry entry) {
    return KEY_OVERHEAD + key.length() + (entry == null ? 0 : entry.weight());
  }
}
