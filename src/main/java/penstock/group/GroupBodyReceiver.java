package penstock.group;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.function.Function;
import penstock.http.BodyReceiver;

/**
 * Receives the JSON bodies of requests about groups, on the request's event loop. There need not be
 * one.
 */
@ApplicationScoped
class GroupBodyReceiver {

  /** Of a thousand ackIds, with much room. */
  private static final long MOST_BYTES = 256 * 1024;

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
    return bodies.read(
        request,
        body -> {
          if (body.length() > 0) {
            BodyReceiver.requireJson(request);
          }
          return reader.apply(GroupMembers.read(body));
        });
  }
}
