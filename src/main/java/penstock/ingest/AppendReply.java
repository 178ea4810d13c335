package penstock.ingest;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import penstock.event.Event;

/** The JSON that answers an append. */
final class AppendReply {

  private AppendReply() {}

  /** The cursor, and for each event its id, source and position. */
  static Buffer of(List<Event> events, Appended appended) {
    JsonStringEncoder quote = JsonStringEncoder.getInstance();
    Buffer out = Buffer.buffer(96 + 160 * events.size());
    out.appendString("{\"cursor\":\"")
        .appendString(appended.cursor().encode())
        .appendString("\",\"events\":[");
    for (int i = 0; i < events.size(); i++) {
      Outcome outcome = appended.outcomes().get(i);
      out.appendString(i == 0 ? "{\"id\":\"" : ",{\"id\":\"");
      out.appendBytes(quote.quoteAsUTF8(events.get(i).id()));
      out.appendString("\",\"source\":\"");
      out.appendBytes(quote.quoteAsUTF8(events.get(i).source()));
      out.appendString("\",\"position\":\"").appendString(outcome.position().toString());
      out.appendString(outcome.duplicate() ? "\",\"duplicate\":true}" : "\",\"duplicate\":false}");
    }
    return out.appendString("]}");
  }
}
