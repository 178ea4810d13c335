package penstock.cluster;

import io.vertx.core.json.JsonObject;

/**
 * An event that a producer sends.
 *
 * @param key of which the producer that owns it sends all events, in the order of their numbers
 */
record Occurrence(int producer, int number, String key, String type, Object data) {

  /** Its data is merged into the entry. */
  static final String CHANGED = "changed";

  /** The entry goes. */
  static final String REMOVED = "removed";

  /** Its data cannot be merged. */
  static final String ODD = "odd";

  String id() {
    return "p" + producer + "-" + number;
  }

  String source() {
    return "/producers/" + producer;
  }

  JsonObject toJson() {
    return new JsonObject()
        .put("specversion", "1.0")
        .put("id", id())
        .put("source", source())
        .put("type", type)
        .put("subject", key)
        .put("data", data);
  }
}
