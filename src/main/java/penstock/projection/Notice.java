package penstock.projection;

import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A message from one instance to all, so that nobody waits for the next heartbeat.
 *
 * @param id its place among the messages
 * @param about the state key of a view's partition; empty for those that concern all
 */
public record Notice(String id, Kind kind, String about) {

  /** What happened. */
  public enum Kind {
    /** Someone came or went, or works something else. */
    MEMBERS,
    /** A generation was made, or is served now. */
    VIEWS,
    /** A lease was given back. */
    RELEASED,
    /** There is a command to a lease's holder. */
    REQUESTED,
    /** Of a later Penstock. */
    UNKNOWN;

    String word() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }

    private static Kind of(String word) {
      for (Kind kind : values()) {
        if (kind.word().equals(word)) {
          return kind;
        }
      }
      return UNKNOWN;
    }
  }

  /** Reads the reply of XREAD for one stream. */
  static List<Notice> list(@Nullable Response reply) {
    var messages = new ArrayList<Notice>();
    if (reply != null && reply.size() > 0) {
      for (Response entry : reply.get(0).get(1)) {
        Response fields = entry.get(1);
        messages.add(
            new Notice(
                entry.get(0).toString(),
                Kind.of(fields.get(0).toString()),
                fields.get(1).toString()));
      }
    }
    return messages;
  }
}
