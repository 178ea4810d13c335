package penstock.admin;

import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import penstock.problem.Problems;

/** Answers what fails before a resource is asked, or behind it: a malformed URL, a defect. */
@ApplicationScoped
class LastResort {

  /** Just before the framework's own failure handler. */
  private static final int ORDER = Integer.MAX_VALUE - 1;

  private static final int MALFORMED = 400;
  private static final int NOTHING = 404;

  private static final String FRAMEWORK = "/q/";

  void routes(@Observes Router router) {
    router.route().order(ORDER).failureHandler(LastResort::failed);
    router.errorHandler(MALFORMED, LastResort::malformed);
  }

  private static void failed(RoutingContext context) {
    if (isOfFramework(context)) {
      context.next();
    } else if (context.statusCode() == MALFORMED) {
      malformed(context);
    } else if (context.statusCode() == NOTHING) {
      Problems.answer(context.response(), Problems.nothingAt(context.request().path()));
    } else if (context.failure() != null) {
      Problems.answer(context, context.failure());
    } else {
      context.next();
    }
  }

  private static void malformed(RoutingContext context) {
    // With a failure, it is the router that misses a host or a path.
    Problems.answer(
        context.response(), context.failure() == null ? Problems.UNDECODABLE : Problems.UNREADABLE);
  }

  private static boolean isOfFramework(RoutingContext context) {
    String path = context.request().path();
    return path != null && path.startsWith(FRAMEWORK);
  }
}
