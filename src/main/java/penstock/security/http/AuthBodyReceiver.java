package penstock.security.http;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.function.Function;
import penstock.http.BodyReceiver;
import penstock.problem.ProblemException;
import penstock.problem.ProblemType;
import penstock.security.AuthConfig;
import penstock.security.identity.Claims;

/**
 * Receives the JSON bodies of requests about tickets and revocations, on the request's event loop.
 */
@ApplicationScoped
class AuthBodyReceiver {

  /** Of a path or a name, with much room. */
  private static final long MOST_BYTES = 4 * 1024;

  private final BodyReceiver bodies;

  @Inject
  AuthBodyReceiver(Vertx vertx, AuthConfig config) {
    this.bodies =
        new BodyReceiver(
            vertx,
            MOST_BYTES,
            config.maxBuffered().asLongValue(),
            config.bodyTimeout(),
            "No path and no name is as long.");
  }

  /** What is made of the body's members. */
  <T> Future<T> read(HttpServerRequest request, Function<Claims, T> reader) {
    return bodies.read(
        request,
        body -> {
          BodyReceiver.requireJson(request);
          return reader.apply(members(body));
        });
  }

  private static Claims members(Buffer body) {
    try {
      return Claims.parse(body.getBytes());
    } catch (IllegalArgumentException broken) {
      throw ProblemException.of(
          ProblemType.MALFORMED_REQUEST,
          "Nothing was done: of the body " + broken.getMessage() + ".");
    }
  }
}
