package penstock.admin;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.Set;
import java.util.TreeSet;
import penstock.problem.ProblemException;
import penstock.problem.ProblemType;
import penstock.problem.Problems;

/**
 * Answers what no feature answers: nothing here, wrong method, malformed URL, unforeseen failure.
 */
@ApplicationScoped
class LastResort {

  /** Just before the framework's own failure handler. */
  private static final int ORDER = Integer.MAX_VALUE - 1;

  private static final String FRAMEWORK = "/q/";

  void routes(@Observes Router router) {
    router.route().order(ORDER).failureHandler(LastResort::failed);
    router.errorHandler(400, LastResort::malformed);
    router.errorHandler(404, LastResort::nothingHere);
    router.errorHandler(405, context -> wrongMethod(router, context));
  }

  private static void failed(RoutingContext context) {
    if (isOfFramework(context)) {
      context.next();
    } else if (context.failure() != null) {
      Problems.answer(context, context.failure());
    } else {
      switch (context.statusCode()) {
        case 400 -> malformed(context);
        case 404 -> nothingHere(context);
        default -> context.next();
      }
    }
  }

  private static void malformed(RoutingContext context) {
    Problems.answer(
        context,
        ProblemException.of(ProblemType.MALFORMED_REQUEST, "The request's URL cannot be decoded."));
  }

  private static void nothingHere(RoutingContext context) {
    Problems.answer(
        context,
        ProblemException.of(
            ProblemType.NOT_FOUND, "No resource has the path " + context.request().path() + "."));
  }

  private static void wrongMethod(Router router, RoutingContext context) {
    String path = context.request().path();
    Set<String> allowed = new TreeSet<>();
    for (Route route : router.getRoutes()) {
      if (path != null
          && route.methods() != null
          && route.getPath() != null
          && matches(route.getPath(), path)) {
        for (HttpMethod method : route.methods()) {
          allowed.add(method.name());
        }
      }
    }
    if (allowed.isEmpty()) {
      // Only a route for all paths fits, such as that of static files.
      nothingHere(context);
      return;
    }
    String methods = String.join(", ", allowed);
    context.response().putHeader(HttpHeaders.ALLOW, methods);
    Problems.answer(
        context,
        ProblemException.of(
            ProblemType.METHOD_NOT_ALLOWED,
            "The method "
                + context.request().method()
                + " is not allowed here, but "
                + methods
                + "."));
  }

  /** Whether a path fits a route's pattern, such as {@code /streams/:stream/events}. */
  static boolean matches(String pattern, String path) {
    String[] wanted = pattern.split("/", -1);
    String[] given = path.split("/", -1);
    if (wanted.length != given.length) {
      return false;
    }
    for (int i = 0; i < wanted.length; i++) {
      if (!wanted[i].startsWith(":") && !wanted[i].equals(given[i])) {
        return false;
      }
    }
    return true;
  }

  private static boolean isOfFramework(RoutingContext context) {
    String path = context.request().path();
    return path != null && path.startsWith(FRAMEWORK);
  }
}
