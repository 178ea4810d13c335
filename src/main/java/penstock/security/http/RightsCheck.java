package penstock.security.http;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.ws.rs.Priorities;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;
import org.jboss.resteasy.reactive.server.core.CurrentRequestManager;
import org.jboss.resteasy.reactive.server.core.ResteasyReactiveRequestContext;
import org.jboss.resteasy.reactive.server.mapping.RuntimeResource;
import penstock.problem.ProblemException;
import penstock.problem.ProblemType;
import penstock.security.identity.Caller;
import penstock.security.identity.Right;
import penstock.security.identity.Rights;

/**
 * The one place where it is decided whether a caller may have an operation: when it is known which
 * one, and before any parameter of it is read. So it says nothing of what exists.
 */
@Singleton
class RightsCheck {

  /** By operation; what it requires is looked up once. */
  private final Map<RuntimeResource, List<Requires>> rules = new ConcurrentHashMap<>();

  private final Callers callers;

  @Inject
  RightsCheck(Callers callers) {
    this.callers = callers;
  }

  @ServerRequestFilter(priority = Priorities.AUTHORIZATION)
  void check() {
    if (!callers.isOn()) {
      return;
    }
    ResteasyReactiveRequestContext request = CurrentRequestManager.get();
    Caller caller = callers.current();
    if (!caller.isAuthenticated()) {
      throw ProblemException.of(ProblemType.UNAUTHENTICATED, AuthenticationFilter.ADVICE);
    }
    List<Requires> required = rules.computeIfAbsent(request.getTarget(), RightsCheck::of);
    if (required.isEmpty()) {
      throw Callers.forbidden("nobody has it");
    }
    for (Requires one : required) {
      check(one, caller.rights(), request);
    }
  }

  private static List<Requires> of(RuntimeResource operation) {
    return List.of(operation.getLazyMethod().getMethod().getAnnotationsByType(Requires.class));
  }

  private static void check(Requires rule, Rights rights, ResteasyReactiveRequestContext request) {
    if (rule.any()) {
      // what may be seen is all that is shown
      return;
    }
    if (!rule.path().isEmpty()) {
      check(rule, rights, request, pathParameter(request, rule.path()));
    } else {
      for (String name : request.serverRequest().getAllQueryParams(rule.query())) {
        check(rule, rights, request, name);
      }
    }
  }

  private static void check(
      Requires rule, Rights rights, ResteasyReactiveRequestContext request, String name) {
    Right right = rule.value();
    boolean had;
    if (rule.narrows()) {
      had = rights.has(right, name);
    } else if (rule.part().isEmpty()) {
      had = rights.hasWhole(right, name);
    } else {
      had =
          parts(rule, request).stream()
              .allMatch(part -> rights.has(right, name, rule.part(), part));
    }
    if (!had) {
      throw Callers.forbidden(
          right + " on " + name + (rule.part().isEmpty() ? "" : " for this " + rule.part()));
    }
  }

  /** As its converter is given it. */
  private static String pathParameter(ResteasyReactiveRequestContext request, String name) {
    return request.getPathParameter(name, false);
  }

  /** None where the right is to be asked for and the other parameter is not given: all then. */
  private static List<String> parts(Requires rule, ResteasyReactiveRequestContext request) {
    return rule.path().isEmpty()
        ? List.copyOf(request.serverRequest().getAllQueryParams(rule.part()))
        : List.of(pathParameter(request, rule.part()));
  }
}
