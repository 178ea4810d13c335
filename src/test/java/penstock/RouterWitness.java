package penstock;

import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.util.Set;
import java.util.TreeSet;
import penstock.http.AllowedMethods;

/** Knows the operations of the application under test: those of its resources, and plain routes. */
@ApplicationScoped
public class RouterWitness {

  @Inject AllowedMethods methods;

  private Router router;

  void routes(@Observes Router all) {
    router = all;
  }

  /**
   * Method and path of each route that is for certain methods, such as {@code GET
   * /streams/{stream}}.
   */
  public Set<String> operations() {
    var operations = new TreeSet<String>();
    for (AllowedMethods.Operation one : methods.operations()) {
      operations.add(one.method() + " " + one.path().replaceAll(": *[^{}]+}", "}"));
    }
    for (Route route : router.getRoutes()) {
      if (route.methods() != null && (route.getPath() != null || route.getName() != null)) {
        for (HttpMethod method : route.methods()) {
          operations.add(method + " " + template(route));
        }
      }
    }
    return operations;
  }

  private static String template(Route route) {
    String path = route.getPath() == null ? route.getName() : route.getPath();
    return path.replaceAll(":(\\w+)", "{$1}");
  }
}
