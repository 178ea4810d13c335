package penstock.cluster;

import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import penstock.redis.RedisConversation;
import penstock.redis.RedisServer;

/**
 * An entry of the log, read without the product.
 *
 * @param position the entry's id in its partition
 */
record Logged(int partition, String position, Map<String, String> fields) {

  private static final int PAGE = 1_000;

  /** What a partition of the usual stream holds now. */
  static List<Logged> all(RedisServer redis, int partition) {
    return all(redis, Cluster.events(partition), partition);
  }

  /**
   * What a partition holds now.
   *
   * @param log the key of its log
   */
  static List<Logged> all(RedisServer redis, String log, int partition) {
    List<Logged> all = new ArrayList<>();
    try (RedisConversation conversation = redis.open()) {
      String from = "-";
      while (true) {
        List<Logged> page =
            list(
                partition,
                conversation.ask("XRANGE", log, from, "+", "COUNT", Integer.toString(PAGE)));
        all.addAll(page);
        if (page.size() < PAGE) {
          return all;
        }
        from = "(" + page.getLast().position();
      }
    }
  }

  /** Reads a reply of XRANGE. */
  static List<Logged> list(int partition, Object reply) {
    List<Logged> entries = new ArrayList<>();
    for (Object entry : (List<?>) reply) {
      List<?> pair = (List<?>) entry;
      List<?> words = (List<?>) pair.get(1);
      Map<String, String> fields = new HashMap<>();
      for (int i = 0; i < words.size(); i += 2) {
        fields.put((String) words.get(i), (String) words.get(i + 1));
      }
      entries.add(new Logged(partition, (String) pair.get(0), fields));
    }
    return entries;
  }

  String id() {
    return Objects.requireNonNull(fields.get("id"));
  }

  String source() {
    return Objects.requireNonNull(fields.get("source"));
  }

  String type() {
    return Objects.requireNonNull(fields.get("type"));
  }

  String key() {
    return Objects.requireNonNull(fields.get("subject"));
  }

  /** Null unless the data is a JSON object. */
  @Nullable JsonObject object() {
    return Json.decodeValue(fields.get("data")) instanceof JsonObject object ? object : null;
  }

  /** Whether a position is after another one of the same partition. */
  static boolean isAfter(String one, String other) {
    String[] a = one.split("-");
    String[] b = other.split("-");
    int millis = Long.compare(Long.parseLong(a[0]), Long.parseLong(b[0]));
    return millis > 0 || millis == 0 && Long.parseLong(a[1]) > Long.parseLong(b[1]);
  }
}
