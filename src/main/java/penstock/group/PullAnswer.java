package penstock.group;

import io.vertx.core.buffer.Buffer;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import penstock.event.EventJson;
import penstock.http.JsonBody;
import penstock.json.JsonName;
import penstock.json.JsonWriter;

/**
 * What a pull brought, and what became of what it acknowledged: one of them is something.
 *
 * @param results of the acknowledgements, in the order of the request; left out if there are none
 */
@Schema(ref = "Pulled")
record PullAnswer(List<PulledMessage> messages, List<SettleReply.Result> results)
    implements JsonBody {

  private static final int TYPICAL = 512;
  private static final JsonName MESSAGES = JsonName.of("messages");
  private static final JsonName ACK_ID = JsonName.of("ackId");
  private static final JsonName DELIVERY_COUNT = JsonName.of("deliveryCount");
  private static final JsonName RESULTS = JsonName.of("results");
  private static final JsonName STATUS = JsonName.of("status");
  private static final JsonName EVENT = JsonName.of("event");

  @Override
  public Buffer json() {
    Buffer out = Buffer.buffer(TYPICAL * (1 + messages.size()));
    var json = new JsonWriter(out);
    json.beginObject().name(MESSAGES).beginArray();
    for (PulledMessage message : messages) {
      json.beginObject().name(ACK_ID).string(message.ack().encode());
      json.name(DELIVERY_COUNT).number(message.ack().number()).name(EVENT);
      EventJson.write(message.event(), json);
      json.endObject();
    }
    json.endArray();
    if (!results.isEmpty()) {
      json.name(RESULTS).beginArray();
      for (SettleReply.Result result : results) {
        json.beginObject().name(ACK_ID).string(result.ackId());
        json.name(STATUS).string(result.status()).endObject();
      }
      json.endArray();
    }
    json.endObject();
    return out;
  }
}
