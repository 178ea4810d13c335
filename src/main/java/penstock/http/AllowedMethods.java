package penstock.http;

import io.quarkus.resteasy.reactive.server.runtime.ResteasyReactiveRecorder;
import io.quarkus.vertx.http.runtime.RouteConstants;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jboss.resteasy.reactive.server.mapping.RuntimeResource;
import org.jboss.resteasy.reactive.server.util.RuntimeResourceVisitor;
import penstock.problem.Problems;

/**
 * Knows which methods each path has, and answers OPTIONS with them. Left to itself, Quarkus REST
 * answers OPTIONS with the methods of all paths of a resource class, also where there is nothing,
 * and refuses a method without saying which would do.
 */
@ApplicationScoped
public class AllowedMethods {

  /** A part of a path that stands for any other, or for what its own pattern says. */
  private static final Pattern VARIABLE = Pattern.compile("\\{[^:}]+(:([^{}]+))?}");

  private static final String PAGES = "META-INF/resources";
  private static final String INDEX = "index.html";

  private final List<Operation> operations = new ArrayList<>();

  /**
   * A method of a path.
   *
   * @param path as its resource has it, such as {@code /streams/{stream}}
   */
  public record Operation(String method, String path, Pattern pattern) {

    static Operation of(String method, String path) {
      StringBuilder pattern = new StringBuilder();
      Matcher variable = VARIABLE.matcher(path);
      int end = 0;
      while (variable.find()) {
        pattern.append(Pattern.quote(path.substring(end, variable.start())));
        pattern.append(variable.group(2) == null ? "[^/]+" : variable.group(2).strip());
        end = variable.end();
      }
      pattern.append(Pattern.quote(path.substring(end))).append("/?");
      return new Operation(method, path, Pattern.compile(pattern.toString()));
    }
  }

  void options(@Observes Router router) {
    router
        .route()
        .method(HttpMethod.OPTIONS)
        .order(RouteConstants.ROUTE_ORDER_AFTER_DEFAULT)
        .handler(this::answer);
  }

  private void answer(RoutingContext context) {
    Set<String> allowed = at(context.normalizedPath());
    if (allowed.isEmpty()) {
      Problems.answer(context.response(), Problems.nothingAt(context.request().path()));
    } else {
      context
          .response()
          .setStatusCode(204)
          .putHeader(HttpHeaders.ALLOW, String.join(", ", allowed))
          .end();
    }
  }

  /**
   * The methods of a path, sorted; none if there is nothing.
   *
   * @param path {@link RequestTarget#ALL} for those of all
   */
  public Set<String> at(String path) {
    boolean all = path.equals(RequestTarget.ALL);
    Set<String> methods =
        operations().stream()
            .filter(one -> all || one.pattern().matcher(path).matches())
            .map(Operation::method)
            .collect(Collectors.toCollection(TreeSet::new));
    if (methods.isEmpty() && isPage(path)) {
      methods.add("GET");
    }
    if (methods.contains("GET")) {
      methods.add("HEAD");
    }
    if (!methods.isEmpty()) {
      methods.add("OPTIONS");
    }
    return methods;
  }

  /** Whether there is a file with this path, or an index below it. */
  public boolean isPage(String path) {
    String file = path.endsWith("/") ? path + INDEX : path;
    return file.lastIndexOf('.') > file.lastIndexOf('/')
        && AllowedMethods.class.getClassLoader().getResource(PAGES + file) != null;
  }

  /** Every method that a resource has, of every path. */
  public synchronized List<Operation> operations() {
    if (operations.isEmpty()) {
      RuntimeResourceVisitor.visitRuntimeResources(
          "/",
          ResteasyReactiveRecorder.getCurrentDeployment().getClassMappers(),
          new RuntimeResourceVisitor() {

            @Override
            public void visitRuntimeResource(String method, String path, RuntimeResource resource) {
              operations.add(Operation.of(method, path));
            }

            @Override
            public void visitBasePath(String path) {
              // the methods' paths begin with it
            }
          });
    }
    return List.copyOf(operations);
  }
}
