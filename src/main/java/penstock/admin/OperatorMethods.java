package penstock.admin;

import io.quarkus.vertx.http.ManagementInterface;
import io.quarkus.vertx.http.runtime.RouteConstants;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.MIMEHeader;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.List;
import java.util.Set;
import penstock.problem.Problem;
import penstock.problem.ProblemType;
import penstock.problem.Problems;

/**
 * What operators and tools read has the methods that read, and the forms that there are. Left to
 * itself, the framework answers any method as if it were GET, and OPTIONS here and there not at
 * all, and refuses other forms of metrics without a document. On a port of their own it would also
 * let pages of any origin read them.
 */
@ApplicationScoped
class OperatorMethods {

  private static final String METRICS = "/q/metrics";

  private static final List<String> READ_ONLY = List.of("/q/health", METRICS, "/q/openapi");

  /** What of {@code Accept} means one of the two forms that metrics have. */
  private static final Set<String> FORMS =
      Set.of("*/*", "text/*", "text/plain", "application/*", "application/openmetrics-text");

  /** All else has one form, which is sent whatever is accepted. */
  private static final Problem OTHER_FORM =
      Problem.of(
          ProblemType.NOT_ACCEPTABLE,
          "Metrics are application/openmetrics-text or text/plain; Accept has neither.");

  /** After what decides who is let in from other origins. */
  private static final int PRIORITY = 10;

  private static final String ALLOWED = "GET, HEAD, OPTIONS";

  /** The framework's own routes come before all others, but behind filters. */
  void register(@Observes Filters filters) {
    filters.register(OperatorMethods::check, PRIORITY);
  }

  /**
   * Where health and metrics have a port of their own: behind the framework's leave, which comes
   * first.
   */
  void register(@Observes ManagementInterface management) {
    management
        .router()
        .route()
        .order(RouteConstants.ROUTE_ORDER_CORS_MANAGEMENT)
        .handler(
            context -> {
              context.response().headers().remove(HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN);
              check(context);
            });
  }

  private static void check(RoutingContext context) {
    HttpMethod method = context.request().method();
    // as routes find it: else another spelling of a path would have it answered as if by GET
    String path = context.normalizedPath();
    if (method.equals(HttpMethod.GET) || method.equals(HttpMethod.HEAD) || !isReadOnly(path)) {
      if (METRICS.equals(path) && !acceptsMetrics(context.parsedHeaders().accept())) {
        Problems.answer(context.response(), OTHER_FORM);
      } else {
        context.next();
      }
      return;
    }
    context.response().putHeader(HttpHeaders.ALLOW, ALLOWED);
    if (method.equals(HttpMethod.OPTIONS)) {
      context.response().setStatusCode(204).end();
    } else {
      Problems.answer(context.response(), Problems.notAllowed(method.name(), ALLOWED));
    }
  }

  /** Who says nothing of it accepts all. */
  private static boolean acceptsMetrics(List<MIMEHeader> accepted) {
    return accepted.isEmpty()
        || accepted.stream()
            // without parameters; its parts are null until something else has asked for them
            .anyMatch(one -> FORMS.contains(one.value()));
  }

  private static boolean isReadOnly(String path) {
    return READ_ONLY.stream().anyMatch(path::startsWith);
  }
}
