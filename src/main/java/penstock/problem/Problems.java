package penstock.problem;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.jboss.logging.Logger;

/**
 * The one mapper: turns any failure into a problem document. Called on the event loop of the
 * request.
 */
public final class Problems {

  public static final String MEDIA_TYPE = "application/problem+json";

  private static final Logger LOG = Logger.getLogger(Problems.class);

  private static final Problem DEFECT =
      Problem.of(
          ProblemType.INTERNAL_ERROR,
          "This is a defect of the service; its log has the cause under the same time.");

  private Problems() {}

  /**
   * The failure as a problem; one that nobody foresaw is logged with its stack and told as an
   * internal error.
   */
  public static Problem from(Throwable failure) {
    if (failure instanceof ProblemException known) {
      return known.problem();
    }
    LOG.error("unforeseen failure", failure);
    return DEFECT;
  }

  /** Answers with the problem. Does nothing if the response has begun or its connection is gone. */
  public static void answer(RoutingContext context, Throwable failure) {
    if (failure instanceof ProblemException known) {
      answer(context.response(), known.problem());
    } else {
      LOG.errorf(
          failure,
          "unforeseen failure: method=%s path=%s",
          context.request().method(),
          context.request().path());
      answer(context.response(), DEFECT);
    }
  }

  public static void answer(HttpServerResponse response, Problem problem) {
    if (response.headWritten() || response.closed()) {
      return;
    }
    response.setStatusCode(problem.type().status());
    response.putHeader(HttpHeaders.CONTENT_TYPE, MEDIA_TYPE);
    response.putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
    Duration retryAfter = problem.retryAfter();
    if (retryAfter != null) {
      response.putHeader(HttpHeaders.RETRY_AFTER, Long.toString(seconds(retryAfter)));
    }
    response.end(document(problem).toBuffer());
  }

  /**
   * Whole seconds, at least one, spread by up to half as much again so that refused callers do not
   * return at once.
   */
  private static long seconds(Duration retryAfter) {
    long seconds = Math.max(1, retryAfter.toSeconds());
    return seconds + ThreadLocalRandom.current().nextLong(seconds / 2 + 1);
  }

  static JsonObject document(Problem problem) {
    var document =
        new JsonObject()
            .put("type", problem.type().uri())
            .put("title", problem.type().title())
            .put("status", problem.type().status())
            .put("detail", problem.detail());
    if (!problem.errors().isEmpty()) {
      var errors = new JsonArray();
      for (Violation violation : problem.errors()) {
        var error = new JsonObject();
        if (violation.event() != null) {
          error.put("event", violation.event());
        }
        if (violation.attribute() != null) {
          error.put("attribute", violation.attribute());
        }
        errors.add(error.put("message", violation.message()));
      }
      document.put("errors", errors);
    }
    problem.extensions().forEach(document::put);
    return document;
  }
}
