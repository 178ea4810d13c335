package penstock.projection;

import static penstock.Patience.await;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import penstock.redis.Keys;
import penstock.redis.RedisConversation;
import penstock.redis.RedisServer;

/** Appends to a partition and looks at what became of it, by plain commands. */
public final class TestLog implements AutoCloseable {

  private static final Pattern INCLUDE = Pattern.compile("(?m)^-- include ([a-z-]+)$");
  private static final int BATCH = 200;

  private final RedisConversation redis;
  private final Keys.OfPartition names;
  private int ids;

  /** Waits until the server has loaded its data. */
  public TestLog(RedisServer server, String stream, int partition) {
    this.redis = server.open();
    this.names = new Keys("ps").partition(stream, partition);
    await().ignoreException(IllegalStateException.class).until(() -> "PONG".equals(ask("PING")));
  }

  public TestLog(RedisServer server, String stream) {
    this(server, stream, 0);
  }

  public Keys.OfPartition names() {
    return names;
  }

  public @Nullable Object ask(Object... command) {
    return redis.ask(command);
  }

  /** Events as fields; the specversion and a fresh id and source are added. */
  public List<String> append(List<Map<String, String>> events) {
    var positions = new ArrayList<String>();
    for (int from = 0; from < events.size(); from += BATCH) {
      positions.addAll(appendOne(events.subList(from, Math.min(from + BATCH, events.size()))));
    }
    return positions;
  }

  /** One event with JSON data. */
  public String append(String type, String subject, String data) {
    return append(List.of(event(type, subject, data))).getFirst();
  }

  public static Map<String, String> event(String type, String subject, String data) {
    return Map.of("type", type, "subject", subject, "data", data);
  }

  private List<String> appendOne(List<Map<String, String>> events) {
    List<Object> command = new ArrayList<>();
    command.addAll(
        List.of(
            "EVAL",
            source("append"),
            2,
            names.events(),
            names.log(),
            names.seen(),
            "life-" + System.nanoTime(),
            120_000,
            events.size()));
    for (Map<String, String> event : events) {
      Map<String, String> fields = new TreeMap<>(event);
      fields.putIfAbsent("specversion", "1.0");
      fields.putIfAbsent("source", "/test");
      fields.putIfAbsent("id", "event-" + ++ids + "-" + System.nanoTime());
      command.add(digest(fields.get("source") + "\n" + fields.get("id")));
      command.add(2 * fields.size());
      fields.forEach(
          (name, value) -> {
            command.add(name);
            command.add(value);
          });
    }
    List<?> reply = (List<?>) redis.ask(command.toArray());
    var positions = new ArrayList<String>();
    for (int i = 2; i < reply.size(); i += 2) {
      positions.add((String) reply.get(i));
    }
    return positions;
  }

  private static byte[] digest(String text) {
    try {
      return Arrays.copyOf(
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)), 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The text of a script with its parts. */
  public static String source(String intent) {
    return INCLUDE
        .matcher(resource("lua/" + intent + ".lua"))
        .replaceAll(
            part -> Matcher.quoteReplacement(resource("lua/part/" + part.group(1) + ".lua")));
  }

  private static String resource(String path) {
    try (InputStream in = TestLog.class.getClassLoader().getResourceAsStream(path)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** All entries of a generation of a view: key to fields. */
  public Map<String, Map<String, String>> entries(Keys.OfView view) {
    var entries = new TreeMap<String, Map<String, String>>();
    for (Object key : (List<?>) redis.ask("ZRANGE", view.index(), 0, -1)) {
      entries.put((String) key, hash(view.entries() + key));
    }
    return entries;
  }

  public Map<String, String> hash(String key) {
    List<?> flat = (List<?>) redis.ask("HGETALL", key);
    var fields = new TreeMap<String, String>();
    for (int i = 0; i < flat.size(); i += 2) {
      fields.put((String) flat.get(i), (String) flat.get(i + 1));
    }
    return fields;
  }

  public long pending(String group) {
    return (Long) ((List<?>) redis.ask("XPENDING", names.events(), group)).getFirst();
  }

  @Override
  public void close() {
    redis.close();
  }
}
