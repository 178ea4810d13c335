package penstock.projection;

import io.netty.handler.codec.http.HttpResponseStatus;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.util.function.Function;
import penstock.problem.JsonAnswer;
import penstock.problem.Parameters;
import penstock.stream.Stream;
import penstock.stream.StreamName;
import penstock.stream.Streams;
import penstock.view.ViewName;
import penstock.view.Views;

/**
 * {@code POST /views/{v}/rebuild} and the dead letters of a stream. What a worker is to do is
 * answered with 202: it is done soon, once, and shows in what is read then. Runs on the request's
 * event loop.
 */
@ApplicationScoped
class ProjectionRoutes {

  private static final int MAX_PAGE = 1_000;
  private static final int DEFAULT_PAGE = 100;

  private final Streams streams;
  private final Views views;
  private final DeadLetters deadLetters;
  private final Rebuild rebuild;

  @Inject
  ProjectionRoutes(Streams streams, Views views, DeadLetters deadLetters, Rebuild rebuild) {
    this.streams = streams;
    this.views = views;
    this.deadLetters = deadLetters;
    this.rebuild = rebuild;
  }

  void routes(@Observes Router router) {
    router.post("/views/:view/rebuild").handler(context -> accept(context, this::rebuild));
    router.get("/streams/:stream/dead-letters").handler(this::page);
    router
        .post("/streams/:stream/dead-letters/replay")
        .handler(context -> accept(context, this::replayAll));
    router
        .post("/streams/:stream/dead-letters/:id/replay")
        .handler(context -> accept(context, this::replay));
    router
        .delete("/streams/:stream/dead-letters/:id")
        .handler(context -> accept(context, this::delete));
  }

  private Future<JsonObject> rebuild(RoutingContext context) {
    return rebuild
        .begin(views.find(new ViewName(Parameters.inPath(context, "view"))))
        .map(generation -> new JsonObject().put("generation", generation.id()));
  }

  private void page(RoutingContext context) {
    JsonAnswer.of(
        context,
        HttpResponseStatus.OK,
        asked -> {
          Parameters parameters = new Parameters(asked.request());
          var view = parameters.text("view").map(ViewName::new);
          LetterId after =
              parameters
                  .text("after")
                  .map(id -> LetterId.parse("after", id))
                  .orElse(LetterId.FIRST);
          int limit = parameters.number("limit", DEFAULT_PAGE, 1, MAX_PAGE);
          return stream(asked)
              .compose(stream -> deadLetters.page(stream, view, after, limit))
              .map(LetterPage::json);
        });
  }

  private Future<JsonObject> replayAll(RoutingContext context) {
    ViewName view =
        new Parameters(context.request())
            .text("view")
            .map(ViewName::new)
            .orElseThrow(() -> Parameters.invalid("view", "must name the view"));
    return stream(context)
        .compose(stream -> deadLetters.replayAll(stream, view))
        .map(asked -> new JsonObject());
  }

  private Future<JsonObject> replay(RoutingContext context) {
    LetterId id = LetterId.parse("id", Parameters.inPath(context, "id"));
    return stream(context)
        .compose(stream -> deadLetters.replay(stream, id))
        .map(asked -> new JsonObject());
  }

  private Future<JsonObject> delete(RoutingContext context) {
    LetterId id = LetterId.parse("id", Parameters.inPath(context, "id"));
    return stream(context)
        .compose(stream -> deadLetters.delete(stream, id))
        .map(asked -> new JsonObject());
  }

  private Future<Stream> stream(RoutingContext context) {
    return streams.find(new StreamName(Parameters.inPath(context, "stream")));
  }

  private static void accept(
      RoutingContext context, Function<RoutingContext, Future<JsonObject>> asking) {
    JsonAnswer.of(
        context,
        HttpResponseStatus.ACCEPTED,
        asked -> asking.apply(asked).map(JsonObject::toBuffer));
  }
}
