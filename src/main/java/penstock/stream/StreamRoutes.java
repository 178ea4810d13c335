package penstock.stream;

import io.netty.handler.codec.http.HttpResponseStatus;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.util.List;
import java.util.function.Function;
import penstock.event.EventJson;
import penstock.problem.JsonAnswer;
import penstock.problem.Parameters;

/**
 * {@code GET /streams}, {@code GET /streams/{s}} and pages of events. Runs on the request's event
 * loop.
 */
@ApplicationScoped
class StreamRoutes {

  private static final int MAX_PAGE = 1_000;
  private static final int DEFAULT_PAGE = 100;

  private final Streams streams;
  private final EventLog log;
  private final StreamDescription description;

  @Inject
  StreamRoutes(Streams streams, EventLog log, StreamDescription description) {
    this.streams = streams;
    this.log = log;
    this.description = description;
  }

  void routes(@Observes Router router) {
    router.get("/streams").handler(context -> answer(context, this::list));
    router.get("/streams/:stream").handler(context -> answer(context, this::one));
    router.get("/streams/:stream/events").handler(context -> answer(context, this::page));
  }

  private static void answer(
      RoutingContext context, Function<RoutingContext, Future<Buffer>> reading) {
    JsonAnswer.of(context, HttpResponseStatus.OK, reading);
  }

  private Future<Stream> stream(RoutingContext context) {
    return streams.find(new StreamName(Parameters.inPath(context, "stream")));
  }

  private Future<Buffer> list(RoutingContext context) {
    return streams
        .all()
        .map(
            all -> {
              JsonArray names = new JsonArray();
              all.forEach(
                  stream ->
                      names.add(
                          new JsonObject()
                              .put("name", stream.name().value())
                              .put("partitions", stream.partitions().size())));
              return new JsonObject().put("streams", names).toBuffer();
            });
  }

  private Future<Buffer> one(RoutingContext context) {
    return stream(context).compose(description::of).map(JsonObject::toBuffer);
  }

  private Future<Buffer> page(RoutingContext context) {
    Parameters parameters = new Parameters(context.request());
    Start start = Start.of(parameters, "earliest");
    int limit = parameters.number("limit", DEFAULT_PAGE, 1, MAX_PAGE);
    EventFilter filter = EventFilter.of(context.request());
    return stream(context)
        .compose(stream -> new PageReader(log, stream, filter, limit, start).read())
        .map(StreamRoutes::json);
  }

  private static Buffer json(Page page) {
    Buffer out = Buffer.buffer(256 + 512 * page.entries().size());
    out.appendString("{\"events\":[");
    List<LogEntry> entries = page.entries();
    for (int i = 0; i < entries.size(); i++) {
      if (i > 0) {
        out.appendByte((byte) ',');
      }
      EventJson.write(entries.get(i).event(), out);
    }
    return out.appendString("],\"cursor\":\"")
        .appendString(page.cursor().encode())
        .appendString("\",\"caughtUp\":" + page.caughtUp() + "}");
  }
}
