package penstock.ingest;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import penstock.event.Event;
import penstock.stream.registry.Stream;

/** The JSON that answers an append. */
final class AppendReply {

  private AppendReply() {}

  /** The cursor, and for each event its id, source and position. */
  static Buffer of(Stream stream, List<Event> events, AppendAck ack) {
    JsonStringEncoder quote = JsonStringEncoder.getInstance();
    Buffer out = Buffer.buffer(96 + 160 * events.size());
    out.appendString("{\"cursor\":\"")
        .appendString(ack.cursor().encode())
        .appendString("\",\"events\":[");
    for (int i = 0; i < events.size(); i++) {
      EventResult result = ack.results().get(i);
      out.appendString(i == 0 ? "{\"id\":\"" : ",{\"id\":\"");
      out.appendBytes(quote.quoteAsUTF8(events.get(i).id()));
      out.appendString("\",\"source\":\"");
      out.appendBytes(quote.quoteAsUTF8(events.get(i).source()));
      out.appendString("\",\"position\":\"");
      out.appendString(stream.positionText(result.partition(), result.position()));
      out.appendString(result.duplicate() ? "\",\"duplicate\":true}" : "\",\"duplicate\":false}");
    }
    return out.appendString("]}");
  }
}
