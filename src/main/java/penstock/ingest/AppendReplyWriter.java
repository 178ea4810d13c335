package penstock.ingest;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import org.jboss.resteasy.reactive.server.core.ResteasyReactiveRequestContext;
import org.jboss.resteasy.reactive.server.core.serialization.EntityWriter;

/**
 * Writes the reply of an append.
 *
 * <p>The resource names it itself. Left to itself, Quarkus REST would look through all writers for
 * each response, since the method does not say what it {@code @Produces} (why not: decision 011),
 * and would copy the headers of a {@code RestResponse} twice; see docs/decisions/011-resources.md
 * for what that takes.
 */
final class AppendReplyWriter implements EntityWriter {

  static final AppendReplyWriter INSTANCE = new AppendReplyWriter();

  private static final CharSequence JSON = HttpHeaders.createOptimized("application/json");

  private AppendReplyWriter() {}

  @Override
  public void write(ResteasyReactiveRequestContext context, Object entity) {
    AppendReply reply = (AppendReply) entity;
    HttpServerResponse response = context.unwrap(HttpServerResponse.class);
    response.setStatusCode(reply.status());
    response.putHeader(HttpHeaders.CONTENT_TYPE, JSON);
    response.end(reply.json());
  }
}
