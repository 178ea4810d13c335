package penstock.http;

import io.quarkus.vertx.http.runtime.RouteConstants;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/**
 * This API has none: a semicolon in a path belongs to a name or a key as any other character.
 * Jakarta REST takes what follows it away from the path, unless it is encoded.
 */
@ApplicationScoped
class MatrixParameters {

  void encode(@Observes Router router) {
    router
        .route()
        .order(RouteConstants.ROUTE_ORDER_AFTER_DEFAULT)
        .handler(MatrixParameters::encode);
  }

  private static void encode(RoutingContext context) {
    String path = context.request().path();
    if (path == null || path.indexOf(';') < 0) {
      context.next();
      return;
    }
    String query = context.request().query();
    String encoded = path.replace(";", "%3B");
    context.reroute(query == null ? encoded : encoded + "?" + query);
  }
}
