package penstock.admin;

import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.List;
import org.jspecify.annotations.Nullable;
import penstock.problem.Problems;

/**
 * What operators and tools read has the methods that read. Left to itself, the framework answers
 * any method as if it were GET, and OPTIONS here and there not at all.
 */
@ApplicationScoped
class OperatorMethods {

  private static final List<String> READ_ONLY = List.of("/q/health", "/q/metrics", "/q/openapi");

  /** After what decides who is let in from other origins. */
  private static final int PRIORITY = 10;

  private static final String ALLOWED = "GET, HEAD, OPTIONS";

  /** The framework's own routes come before all others, but behind filters. */
  void register(@Observes Filters filters) {
    filters.register(OperatorMethods::check, PRIORITY);
  }

  private static void check(RoutingContext context) {
    HttpMethod method = context.request().method();
    if (method.equals(HttpMethod.GET)
        || method.equals(HttpMethod.HEAD)
        || !isReadOnly(context.request().path())) {
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

  private static boolean isReadOnly(@Nullable String path) {
    if (path != null) {
      for (String one : READ_ONLY) {
        if (path.startsWith(one)) {
          return true;
        }
      }
    }
    return false;
  }
}
