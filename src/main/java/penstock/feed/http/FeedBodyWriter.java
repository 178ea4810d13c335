package penstock.feed.http;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Inject;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.ext.Provider;
import java.io.OutputStream;
import java.lang.annotation.Annotation;
import java.lang.reflect.Type;
import org.jboss.resteasy.reactive.server.spi.ResteasyReactiveResourceInfo;
import org.jboss.resteasy.reactive.server.spi.ServerMessageBodyWriter;
import org.jboss.resteasy.reactive.server.spi.ServerRequestContext;
import org.jboss.resteasy.reactive.server.vertx.VertxResteasyReactiveRequestContext;
import penstock.security.http.Callers;

/**
 * Hands the response over to a {@link FeedBody}. To write the body is the last that Quarkus REST
 * does for a request: it leaves it to the writer to end the response, and lets go of what it had of
 * the request when the writer returns.
 */
@Provider
class FeedBodyWriter implements ServerMessageBodyWriter<FeedBody> {

  private final Callers callers;

  @Inject
  FeedBodyWriter(Callers callers) {
    this.callers = callers;
  }

  @Override
  public boolean isWriteable(
      Class<?> type, Type generic, ResteasyReactiveResourceInfo target, MediaType media) {
    return FeedBody.class.isAssignableFrom(type);
  }

  @Override
  public boolean isWriteable(
      Class<?> type, Type generic, Annotation[] annotations, MediaType media) {
    return FeedBody.class.isAssignableFrom(type);
  }

  @Override
  public void writeResponse(FeedBody body, Type generic, ServerRequestContext context) {
    HttpServerRequest request =
        ((VertxResteasyReactiveRequestContext) context).vertxServerRequest();
    // Paused for resources that have a use for its body; what comes of it here may go.
    request.resume();
    body.writeTo(
        request,
        callers.of(((VertxResteasyReactiveRequestContext) context).unwrap(RoutingContext.class)));
  }

  @Override
  public void writeTo(
      FeedBody body,
      Class<?> type,
      Type generic,
      Annotation[] annotations,
      MediaType media,
      MultivaluedMap<String, Object> headers,
      OutputStream out) {
    throw new UnsupportedOperationException("a feed writes to the response itself");
  }
}
