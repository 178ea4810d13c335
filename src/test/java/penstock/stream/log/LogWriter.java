package penstock.stream.log;

import static penstock.Patience.await;

import io.vertx.core.Future;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import penstock.Meters;
import penstock.event.Event;
import penstock.event.EventData;
import penstock.event.EventFields;
import penstock.redis.Keys;
import penstock.redis.RedisLink;
import penstock.redis.RedisLinks;
import penstock.redis.Script;
import penstock.stream.Partition;
import penstock.stream.Position;
import penstock.stream.StreamName;

/** Appends to logs as the service does, without the service, over a link of its own. Blocks. */
@Singleton
public final class LogWriter {

  private static final Script APPEND = Script.named("append");

  private final RedisLink link;
  private final Keys keys;

  @Inject
  LogWriter(RedisLinks links, Keys keys) {
    this.link = links.open("test");
    this.keys = keys;
  }

  public RedisLink link() {
    return link;
  }

  /** Waits until its link is up, and all those of the service: each comes back by itself. */
  public void awaitLink() {
    await().until(() -> link.isUp() && Meters.areAllLinksUp());
  }

  /** An event whose data is its id. */
  public static Event event(String id, @Nullable String subject) {
    return event(id, subject, "test", "\"" + id + "\"");
  }

  public static Event event(String id, @Nullable String subject, String type, String json) {
    return new Event(
        id,
        "/test",
        type,
        subject,
        null,
        "application/json",
        null,
        new TreeMap<>(),
        new EventData.Json(json.getBytes(StandardCharsets.UTF_8)));
  }

  /**
   * Appends events with these ids and returns their positions.
   *
   * @throws IllegalStateException if they may not be in the log
   */
  public List<Position> append(StreamName stream, String... ids) {
    return append(stream, Arrays.stream(ids).map(id -> event(id, null)).toList());
  }

  /** Appends to the first partition. */
  public List<Position> append(StreamName stream, List<Event> events) {
    return append(new Partition(stream, 0), events);
  }

  public List<Position> append(Partition partition, List<Event> events) {
    Response reply = await(APPEND.run(link, call(partition, events)));
    var positions = new ArrayList<Position>();
    for (int i = 2; i < reply.size(); i += 2) {
      positions.add(Position.parse(reply.get(i).toString()));
    }
    return positions;
  }

  /** Does not block. */
  public Future<?> begin(Partition partition, List<Event> events) {
    return APPEND.run(link, call(partition, events));
  }

  private Request call(Partition partition, List<Event> events) {
    Keys.OfPartition names = keys.partition(partition.stream().value(), partition.index());
    Request call =
        APPEND
            .call(names.events(), names.log())
            .arg(names.seen())
            .arg(Long.toHexString(System.nanoTime()))
            .arg(120_000)
            .arg(events.size());
    for (Event event : events) {
      List<byte[]> fields = EventFields.write(event);
      call.arg(digest(event)).arg(fields.size());
      fields.forEach(call::arg);
    }
    return call;
  }

  private static byte[] digest(Event event) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      sha.update((event.source() + '\0' + event.id()).getBytes(StandardCharsets.UTF_8));
      return Arrays.copyOf(sha.digest(), 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
