package penstock.admin;

import io.quarkus.vertx.http.ManagementInterface;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.nio.channels.ClosedChannelException;
import org.jboss.logging.Logger;
import penstock.problem.Problems;

/** Answers what fails before a resource is asked, or behind it: a malformed URL, a defect. */
@ApplicationScoped
class LastResort {

  private static final Logger LOG = Logger.getLogger(LastResort.class);

  /** Just before the framework's own failure handler. */
  private static final int ORDER = Integer.MAX_VALUE - 1;

  private static final int MALFORMED = 400;
  private static final int NOTHING = 404;

  private static final String FRAMEWORK = "/q/";

  void routes(@Observes Router router) {
    router.route().order(ORDER).failureHandler(LastResort::failed);
    router.errorHandler(MALFORMED, LastResort::malformed);
  }

  /** Where health and metrics have a port of their own, there is nothing else. */
  void routes(@Observes ManagementInterface management) {
    management.router().errorHandler(MALFORMED, LastResort::malformed);
    management.router().errorHandler(NOTHING, LastResort::nothing);
  }

  private static void failed(RoutingContext context) {
    if (isOfFramework(context)) {
      context.next();
    } else if (context.statusCode() == MALFORMED) {
      malformed(context);
    } else if (context.statusCode() == NOTHING) {
      nothing(context);
    } else if (context.failure() instanceof ClosedChannelException) {
      // no defect: the connection ended while it was answered, and nobody is there to be told
      LOG.debugf("connection ended: path=%s", context.request().path());
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

  private static void nothing(RoutingContext context) {
    Problems.answer(context.response(), Problems.nothingAt(context.request().path()));
  }

  private static boolean isOfFramework(RoutingContext context) {
    String path = context.request().path();
    return path != null && path.startsWith(FRAMEWORK);
  }
}
