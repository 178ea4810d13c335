package penstock.load;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import penstock.redis.RedisConversation;

/** The log of a stream's only partition as it stands in Redis, from where it was last read. */
public final class RedisLog implements AutoCloseable {

  private static final int PAGE = 1_000;

  private final RedisConversation redis;
  private final String key;
  private String last = "0-0";

  public RedisLog(int redisPort, String stream) {
    redis = new RedisConversation(redisPort);
    key = "ps:{" + stream + "/0}:events";
  }

  /**
   * An entry.
   *
   * @param millis of its position
   */
  public record Entry(long millis, Map<String, String> fields) {

    /** What it has under a name that it must have. */
    public String field(String name) {
      return Objects.requireNonNull(fields.get(name), name);
    }
  }

  /** What is done with each. */
  @FunctionalInterface
  public interface Reader {

    void read(Entry entry);
  }

  /** Passes over what there is. */
  public void skip() {
    read(entry -> {});
  }

  /** Reads what has come since. */
  public void read(Reader reader) {
    for (List<?> page = page(); !page.isEmpty(); page = page()) {
      for (Object entry : page) {
        List<?> pair = (List<?>) entry;
        last = pair.get(0).toString();
        List<?> words = (List<?>) pair.get(1);
        Map<String, String> fields = new HashMap<>();
        for (int i = 0; i + 1 < words.size(); i += 2) {
          fields.put(words.get(i).toString(), words.get(i + 1).toString());
        }
        reader.read(new Entry(Long.parseLong(last.split("-")[0]), fields));
      }
    }
  }

  private List<?> page() {
    Object reply = redis.ask("XRANGE", key, "(" + last, "+", "COUNT", PAGE);
    return reply instanceof List<?> page ? page : List.of();
  }

  @Override
  public void close() {
    redis.close();
  }
}
