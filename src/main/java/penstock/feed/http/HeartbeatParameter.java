package penstock.feed.http;

import jakarta.ws.rs.ext.Provider;
import penstock.feed.HeartbeatType;
import penstock.http.TypedParameter;

/** How a reader wants its heartbeats. */
@Provider
class HeartbeatParameter extends TypedParameter<HeartbeatType> {

  static final String NAME = "heartbeat";

  /** For the API's description. */
  static final String MEANING =
      """
      What is sent when nothing else is: `id`, the default, is a block of nothing but the reader's place; `comment` is for
      clients that take every block for an event. The place of one that wants only some events, and is sent none, gets old then.
      """;

  HeartbeatParameter() {
    super(HeartbeatType.class);
  }

  @Override
  protected HeartbeatType read(String text) {
    for (HeartbeatType type : HeartbeatType.values()) {
      if (type.toString().equals(text)) {
        return type;
      }
    }
    throw new IllegalArgumentException("must be 'id' or 'comment'");
  }
}
