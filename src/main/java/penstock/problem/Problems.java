package penstock.problem;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.ThreadLocalRandom;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

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

  /** Of a request whose path or query is no percent-encoded UTF-8. */
  public static final Problem UNDECODABLE =
      Problem.of(ProblemType.MALFORMED_REQUEST, "The request's URL cannot be decoded.");

  /** Of what is no message of HTTP/1.1 in some other way. */
  public static final Problem UNREADABLE =
      Problem.of(
          ProblemType.MALFORMED_REQUEST,
          "The request is no HTTP/1.1 message: its first line, a header (Host is required) or the"
              + " framing of its body is wrong.");

  /** How one may say who calls (RFC 9110, 11.6.1). */
  public static final String CHALLENGE_HEADER = "WWW-Authenticate";

  private static final String REALM = "Bearer realm=\"penstock\"";

  private Problems() {}

  /**
   * What {@link #CHALLENGE_HEADER} says with the problem; null if it does not belong there.
   *
   * @see <a href="https://www.rfc-editor.org/rfc/rfc6750#section-3">RFC 6750, 3</a>
   */
  public static @Nullable String challenge(ProblemType type) {
    return switch (type) {
      case UNAUTHENTICATED -> REALM;
      case INVALID_TOKEN -> REALM + ", error=\"invalid_token\"";
      case FORBIDDEN -> REALM + ", error=\"insufficient_scope\"";
      default -> null;
    };
  }

  public static Problem nothingAt(@Nullable String path) {
    return Problem.of(ProblemType.NOT_FOUND, "No resource has the path " + path + ".");
  }

  /**
   * @param allowed the methods that the path has, as {@code Allow} has them
   */
  public static Problem notAllowed(String method, String allowed) {
    return Problem.of(
        ProblemType.METHOD_NOT_ALLOWED,
        "The method %s is not allowed here, but %s.".formatted(method, allowed));
  }

  /** A failure that nobody foresaw: logs it, and says no more to the caller than that. */
  public static Problem defect(Throwable failure, Object method, @Nullable String path) {
    LOG.errorf(failure, "unforeseen failure: method=%s path=%s", method, path);
    return DEFECT;
  }

  /**
   * The failure as a problem; one that nobody foresaw is logged with its stack and returned as an
   * internal error.
   */
  public static Problem from(Throwable failure) {
    if (failure instanceof ReportedFailure known) {
      return known.problem();
    }
    LOG.error("unforeseen failure", failure);
    return DEFECT;
  }

  /** Answers with the problem. Does nothing if the response has begun or its connection is gone. */
  public static void answer(RoutingContext context, Throwable failure) {
    if (failure instanceof ReportedFailure known) {
      answer(context.response(), known.problem());
    } else {
      answer(
          context.response(),
          defect(failure, context.request().method(), context.request().path()));
    }
  }

  public static void answer(HttpServerResponse response, Problem problem) {
    if (response.headWritten() || response.closed()) {
      return;
    }
    response.setStatusCode(problem.type().status());
    response.putHeader(HttpHeaders.CONTENT_TYPE, MEDIA_TYPE);
    response.putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
    retrySeconds(problem)
        .ifPresent(seconds -> response.putHeader(HttpHeaders.RETRY_AFTER, Long.toString(seconds)));
    String challenge = challenge(problem.type());
    if (challenge != null) {
      response.putHeader(CHALLENGE_HEADER, challenge);
    }
    response.end(document(problem));
  }

  /**
   * When to retry: whole seconds, at least one, spread by up to half as much again so that refused
   * callers do not return at once. Empty if there is no sense in it.
   */
  public static OptionalLong retrySeconds(Problem problem) {
    Duration after = problem.retryAfter();
    if (after == null) {
      return OptionalLong.empty();
    }
    long seconds = Math.max(1, after.toSeconds());
    return OptionalLong.of(seconds + ThreadLocalRandom.current().nextLong(seconds / 2 + 1));
  }

  /** The problem as JSON. */
  public static Buffer document(Problem problem) {
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
    return document.toBuffer();
  }
}
