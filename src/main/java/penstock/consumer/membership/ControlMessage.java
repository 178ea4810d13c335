package penstock.consumer.membership;

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
public record ControlMessage(String id, Type kind, String about) {

  /** What happened. */
  public enum Type {
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

    private static Type of(String word) {
      for (Type kind : values()) {
        if (kind.word().equals(word)) {
          return kind;
        }
      }
      return UNKNOWN;
    }
  }

  /** Reads the reply of XREAD for one stream. */
  static List<ControlMessage> list(@Nullable Response reply) {
    var messages = new ArrayList<ControlMessage>();
    if (reply != null && reply.size() > 0) {
      for (Response entry : reply.get(0).get(1)) {
        Response fields = entry.get(1);
        messages.add(
            new ControlMessage(
                entry.get(0).toString(),
                Type.of(fields.get(0).toString()),
                fields.get(1).toString()));
      }
    }
    return messages;
  }
}
