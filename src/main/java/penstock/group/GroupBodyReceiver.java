package penstock.group;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import penstock.http.BodyReceiver;
import penstock.problem.ProblemException;
import penstock.problem.ProblemType;

/**
 * Receives the JSON bodies of requests about groups, on the request's event loop. One with a body
 * must say that it is JSON: so that no page of another origin can send it without being asked for a
 * preflight.
 */
@ApplicationScoped
class GroupBodyReceiver {

  /** Of a thousand ackIds, with much room. */
  private static final long MOST_BYTES = 256 * 1024;

  private static final String JSON = "application/json";

  private final BodyReceiver bodies;

  @Inject
  GroupBodyReceiver(Vertx vertx, GroupConfig config) {
    this.bodies =
        new BodyReceiver(
            vertx,
            MOST_BYTES,
            config.maxBuffered().asLongValue(),
            config.bodyTimeout(),
            "Send the ackIds in several requests.");
  }

  /** What is made of the body. */
  <T> Future<T> read(HttpServerRequest request, Function<GroupMembers, T> reader) {
    return bodies
        .receive(
            request,
            body -> {
              if (body.length() > 0) {
                refuseOther(request.getHeader(HttpHeaders.CONTENT_TYPE));
              }
              return Future.succeededFuture(reader.apply(GroupMembers.read(body)));
            })
        .onFailure(refused -> bodies.endUnread(request));
  }

  private static void refuseOther(@Nullable String type) {
    String media = type == null ? "" : type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
    if (!media.equals(JSON)) {
      throw ProblemException.of(
          ProblemType.UNSUPPORTED_MEDIA_TYPE, "Nothing was done. Accepted: " + JSON + ".");
    }
  }
}
