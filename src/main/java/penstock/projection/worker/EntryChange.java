package penstock.projection.worker;

import io.vertx.redis.client.Request;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import penstock.view.fold.Entry;

/**
 * What a commit writes of one entry.
 *
 * @param kind {@code +} made, {@code =} changed, {@code -} deleted
 * @param names fields that are set
 * @param values of those fields, in the same order
 * @param removed fields that are gone
 * @param after the entry as it is then; null if it was deleted
 */
record EntryChange(
    String key,
    char kind,
    List<String> names,
    List<byte[]> values,
    List<String> removed,
    @Nullable Entry after) {

  /** Null if nothing changed in the end. */
  static @Nullable EntryChange between(String key, @Nullable Entry before, @Nullable Entry after) {
    if (after == null) {
      return before == null
          ? null
          : new EntryChange(key, '-', List.of(), List.of(), List.of(), null);
    }
    var names = new ArrayList<String>();
    var values = new ArrayList<byte[]>();
    for (String name : after.names()) {
      byte[] value = after.bytes(name);
      if (before == null || !same(before.get(name), value)) {
        names.add(name);
        values.add(value);
      }
    }
    if (before == null) {
      return new EntryChange(key, '+', names, values, List.of(), after);
    }
    List<String> removed = before.names().stream().filter(name -> after.get(name) == null).toList();
    return names.isEmpty() && removed.isEmpty()
        ? null
        : new EntryChange(key, '=', names, values, removed, after);
  }

  private static boolean same(byte @Nullable [] one, byte[] other) {
    return one == other || one != null && Arrays.equals(one, other);
  }

  /** Adds it as {@code commit.lua} takes it. */
  void write(Request request) {
    request.arg(key).arg(Character.toString(kind)).arg(2 * names.size());
    for (int i = 0; i < names.size(); i++) {
      request.arg(names.get(i)).arg(values.get(i));
    }
    request.arg(removed.size());
    removed.forEach(request::arg);
  }
}
