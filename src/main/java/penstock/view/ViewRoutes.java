package penstock.view;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import penstock.problem.Parameters;
import penstock.problem.ProblemException;
import penstock.problem.ProblemType;
import penstock.problem.Problems;
import penstock.stream.Cursor;

/** {@code GET /views}, {@code GET /views/{v}} and the entries. Runs on the request's event loop. */
@ApplicationScoped
class ViewRoutes {

  static final String CURSOR_HEADER = "Penstock-Cursor";

  private static final int MAX_PAGE = 1_000;
  private static final int DEFAULT_PAGE = 100;
  private static final Duration DEFAULT_WAIT = Duration.ofSeconds(5);
  private static final Duration MAX_WAIT = Duration.ofSeconds(30);

  private final Views views;
  private final Entries entries;
  private final AtLeast atLeast;
  private final ViewDescription description;

  @Inject
  ViewRoutes(Views views, Entries entries, AtLeast atLeast, ViewDescription description) {
    this.views = views;
    this.entries = entries;
    this.atLeast = atLeast;
    this.description = description;
  }

  void routes(@Observes Router router) {
    router.get("/views").handler(this::list);
    router.get("/views/:view").handler(this::one);
    router.get("/views/:view/entries").handler(this::page);
    router
        .getWithRegex("/views/(?<view>[^/]+)/entries/(?<key>.+)")
        .setName("/views/:view/entries/:key")
        .handler(this::entry);
  }

  private ViewDefinition view(RoutingContext context) {
    return views.find(new ViewName(Parameters.inPath(context, "view")));
  }

  private void list(RoutingContext context) {
    JsonArray all = new JsonArray();
    views.all().forEach(view -> all.add(ViewDescription.definition(view)));
    json(context, null).end(new JsonObject().put("views", all).toBuffer());
  }

  private void one(RoutingContext context) {
    description
        .of(view(context))
        .onFailure(failure -> Problems.answer(context, failure))
        .onSuccess(told -> json(context, null).end(told.toBuffer()));
  }

  private void page(RoutingContext context) {
    ViewDefinition view = view(context);
    Parameters parameters = new Parameters(context.request());
    String after = parameters.text("after").orElse(null);
    int limit = parameters.number("limit", DEFAULT_PAGE, 1, MAX_PAGE);
    waited(view, parameters)
        .compose(reached -> entries.page(view, after, limit))
        .onFailure(failure -> Problems.answer(context, failure))
        .onSuccess(page -> json(context, page.applied()).end(body(page, after)));
  }

  private void entry(RoutingContext context) {
    ViewDefinition view = view(context);
    String key = Parameters.inPath(context, "key");
    waited(view, new Parameters(context.request()))
        .compose(reached -> entries.one(view, key))
        .onFailure(failure -> Problems.answer(context, failure))
        .onSuccess(found -> entry(context, view, found));
  }

  private static void entry(RoutingContext context, ViewDefinition view, Entries.Found found) {
    if (found.entry() == null) {
      Problems.answer(
          context,
          ProblemException.of(
              ProblemType.UNKNOWN_ENTRY,
              "The view '" + view.name() + "' has no entry with this key."));
      return;
    }
    Buffer value = Buffer.buffer(64 + found.entry().bytes());
    found.fold().value(found.entry(), value);
    EntityTag tag = EntityTag.of(value);
    HttpServerResponse response = json(context, found.applied());
    response
        .putHeader(HttpHeaders.CACHE_CONTROL, "no-cache")
        .putHeader(HttpHeaders.ETAG, tag.text());
    if (tag.isIn(context.request().headers().getAll(HttpHeaders.IF_NONE_MATCH))) {
      response.headers().remove(HttpHeaders.CONTENT_TYPE);
      response.setStatusCode(HttpResponseStatus.NOT_MODIFIED.code()).end();
      return;
    }
    Buffer body = Buffer.buffer(value.length() + found.key().length() + 24);
    write(found.key(), value, body);
    response.end(body);
  }

  private Future<Void> waited(ViewDefinition view, Parameters parameters) {
    Optional<String> cursor = parameters.text("at-least");
    Duration wait = parameters.duration("wait", DEFAULT_WAIT, MAX_WAIT);
    return cursor.isEmpty()
        ? Future.succeededFuture()
        : atLeast.reached(view, Cursor.parse(cursor.get()), wait);
  }

  private static HttpServerResponse json(RoutingContext context, @Nullable Cursor applied) {
    HttpServerResponse response = context.response();
    response.putHeader(HttpHeaders.CONTENT_TYPE, "application/json");
    response.putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
    if (applied != null) {
      response.putHeader(CURSOR_HEADER, applied.encode());
    }
    return response;
  }

  private static Buffer body(Entries.Page page, @Nullable String after) {
    Buffer out = Buffer.buffer(1024).appendString("{\"entries\":[");
    String next = after == null ? "" : after;
    boolean first = true;
    for (Map.Entry<String, Entry> entry : page.entries().entrySet()) {
      if (!first) {
        out.appendByte((byte) ',');
      }
      first = false;
      Buffer value = Buffer.buffer(64 + entry.getValue().bytes());
      page.fold().value(entry.getValue(), value);
      write(entry.getKey(), value, out);
      next = entry.getKey();
    }
    out.appendString("],\"next\":");
    text(next, out);
    return out.appendString(",\"complete\":" + page.complete() + "}");
  }

  private static void write(String key, Buffer value, Buffer out) {
    out.appendString("{\"key\":");
    text(key, out);
    out.appendString(",\"value\":").appendBuffer(value).appendByte((byte) '}');
  }

  private static void text(String text, Buffer out) {
    out.appendByte((byte) '"')
        .appendBytes(JsonStringEncoder.getInstance().quoteAsUTF8(text))
        .appendByte((byte) '"');
  }
}
