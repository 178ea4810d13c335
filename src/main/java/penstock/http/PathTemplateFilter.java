package penstock.http;

import io.quarkus.resteasy.reactive.server.runtime.ResteasyReactiveRecorder;
import io.quarkus.resteasy.reactive.server.runtime.observability.ObservabilityIntegrationRecorder;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.quarkus.vertx.http.runtime.security.HttpSecurityRecorder.DefaultAuthFailureHandler;
import io.quarkus.vertx.http.runtime.security.QuarkusHttpUser;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.function.BiConsumer;

/**
 * Keeps the framework from making the table of all resources anew for each request. It does so to
 * find the template of the path for metrics and traces, in case that authentication fails and no
 * resource will say it: where it replaces the default handler of that failure by its own. Here it
 * is replaced just before, so that the template is looked up by those who fail.
 */
@ApplicationScoped
class PathTemplateFilter {

  /**
   * That of the framework's authentication, which is registered earlier and so comes first; its
   * replacement comes behind.
   */
  private static final int PRIORITY = 200;

  private static final BiConsumer<RoutingContext, Throwable> FAILED = PathTemplateFilter::fail;

  void filter(@Observes Filters filters) {
    filters.register(PathTemplateFilter::replace, PRIORITY);
  }

  private static void replace(RoutingContext context) {
    if (context.get(QuarkusHttpUser.AUTH_FAILURE_HANDLER) instanceof DefaultAuthFailureHandler) {
      context.put(QuarkusHttpUser.AUTH_FAILURE_HANDLER, FAILED);
    }
    context.next();
  }

  /** As the framework's own handler. */
  private static void fail(RoutingContext context, Throwable failure) {
    DefaultAuthFailureHandler.markIfOtherAuthenticationFailure(context, failure);
    if (!context.failed()) {
      ObservabilityIntegrationRecorder.setTemplatePath(
          context, ResteasyReactiveRecorder.getCurrentDeployment());
      context.fail(DefaultAuthFailureHandler.extractRootCause(failure));
    }
  }
}
