package penstock.http;

import jakarta.inject.Singleton;
import java.lang.reflect.Parameter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.resteasy.reactive.RestQuery;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;
import org.jboss.resteasy.reactive.server.core.CurrentRequestManager;
import org.jboss.resteasy.reactive.server.core.ResteasyReactiveRequestContext;
import org.jboss.resteasy.reactive.server.mapping.RuntimeResource;
import penstock.problem.Problem;
import penstock.problem.ProblemType;
import penstock.problem.Violation;

/**
 * Refuses parameters of the query that an operation does not have: whoever writes {@code sujbect}
 * for {@code subject} wants less than all, and would not notice that all is what comes. Names that
 * begin with an underscore are let through, since some clients add one to get past caches.
 */
@Singleton
class KnownParameters {

  private static final String LET_THROUGH = "_";

  /** By operation; what an operation has is looked up once. */
  private final Map<RuntimeResource, SortedSet<String>> known = new ConcurrentHashMap<>();

  @ServerRequestFilter
  void check() {
    ResteasyReactiveRequestContext request = CurrentRequestManager.get();
    String query = request.serverRequest().query();
    if (query != null && !query.isEmpty()) {
      check(
          request.serverRequest().queryParamNames(),
          known.computeIfAbsent(request.getTarget(), KnownParameters::of));
    }
  }

  private static void check(Iterable<String> given, SortedSet<String> known) {
    List<Violation> unknown = new ArrayList<>();
    for (String name : given) {
      if (!known.contains(name) && !name.startsWith(LET_THROUGH)) {
        unknown.add(new Violation(null, name, "is not known here"));
      }
    }
    if (!unknown.isEmpty()) {
      throw Problem.invalid(
              ProblemType.INVALID_PARAMETER,
              "The parameter '%s' is not known here. %s"
                  .formatted(unknown.getFirst().attribute(), sentence(known)),
              unknown)
          .with("known", List.copyOf(known))
          .exception();
    }
  }

  private static String sentence(SortedSet<String> known) {
    return known.isEmpty() ? "There are none." : "Known are " + String.join(", ", known) + ".";
  }

  private static SortedSet<String> of(RuntimeResource operation) {
    SortedSet<String> names = new TreeSet<>();
    for (Parameter parameter : operation.getLazyMethod().getMethod().getParameters()) {
      RestQuery query = parameter.getAnnotation(RestQuery.class);
      if (query != null) {
        names.add(query.value());
      }
    }
    return names;
  }
}
