package penstock.admin;

import io.quarkus.vertx.http.runtime.RouteConstants;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.List;
import penstock.problem.Problems;

/**
 * What operators and tools read has the methods that read. Left to itself, the framework answers
 * any method as if it were GET, and OPTIONS here and there not at all.
 */
@ApplicationScoped
class OperatorMethods {

  private static final List<String> READ_ONLY = List.of("/q/health*", "/q/metrics*", "/q/openapi*");

  private static final String ALLOWED = "GET, HEAD, OPTIONS";

  void routes(@Observes Router router) {
    for (String path : READ_ONLY) {
      router
          .route(path)
          .order(RouteConstants.ROUTE_ORDER_BEFORE_DEFAULT)
          .handler(OperatorMethods::check);
    }
  }

  private static void check(RoutingContext context) {
    HttpMethod method = context.request().method();
    if (method.equals(HttpMethod.GET) || method.equals(HttpMethod.HEAD)) {
      context.next();
      return;
    }
    context.response().putHeader(HttpHeaders.ALLOW, ALLOWED);
    if (method.equals(HttpMethod.OPTIONS)) {
      context.response().setStatusCode(204).end();
    } else {
      Problems.answer(context.response(), Problems.notAllowed(method.name(), ALLOWED));
    }
  }
}
