package penstock.problem;

import io.netty.handler.codec.http.HttpResponseStatus;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.util.function.Function;

/** Answers a request with the JSON that comes of it, or with a problem. On its event loop. */
public final class JsonAnswer {

  private JsonAnswer() {}

  /**
   * @param doing may throw a {@link ProblemException} at once, or complete or fail later
   */
  public static void of(
      RoutingContext context,
      HttpResponseStatus status,
      Function<RoutingContext, Future<Buffer>> doing) {
    Future<Buffer> done;
    try {
      done = doing.apply(context);
    } catch (ProblemException refused) {
      done = Future.failedFuture(refused);
    }
    done.onFailure(failure -> Problems.answer(context, failure))
        .onSuccess(
            body ->
                context
                    .response()
                    .setStatusCode(status.code())
                    .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                    .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                    .end(body));
  }
}
