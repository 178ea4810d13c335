package penstock.security.http;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.ws.rs.Priorities;
import jakarta.ws.rs.container.ResourceInfo;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;
import org.jboss.resteasy.reactive.server.core.CurrentRequestManager;
import org.jboss.resteasy.reactive.server.core.ResteasyReactiveRequestContext;
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
  private final Map<Method, List<Requires>> rules = new ConcurrentHashMap<>();

  private final Callers callers;

  @Inject
  RightsCheck(Callers callers) {
    this.callers = callers;
  }

  /**
   * The method of the operation is asked for by {@link ResourceInfo}, and in here: from that the
   * framework knows, for all filters, that a native executable must have methods of operations and
   * their annotations. Without, it has those of some, and each request for another one is a 500.
   */
  @ServerRequestFilter(priority = Priorities.AUTHORIZATION)
  void check(ResourceInfo operation) {
    if (!callers.isOn()) {
      return;
    }
    ResteasyReactiveRequestContext request = CurrentRequestManager.get();
    Caller caller = callers.current();
    if (!caller.isAuthenticated()) {
      throw ProblemException.of(ProblemType.UNAUTHENTICATED, AuthenticationFilter.ADVICE);
    }
    List<Requires> required = rules.computeIfAbsent(operation.getResourceMethod(), RightsCheck::of);
    if (required.isEmpty()) {
      throw Callers.forbidden("nobody has it");
    }
    for (Requires one : required) {
      check(one, caller, request);
    }
  }

  private static List<Requires> of(Method operation) {
    return List.of(operation.getAnnotationsByType(Requires.class));
  }

  private static void check(Requires rule, Caller caller, ResteasyReactiveRequestContext request) {
    if (rule.any() || rule.known()) {
      // what may be seen is all that is shown
      return;
    }
    if (rule.all()) {
      // who has a tenant has no more than that has, whatever it says
      if (!caller.space().isNone() || !caller.rights().hasAll(rule.value())) {
        throw Callers.forbidden(rule.value() + " on *");
      }
      return;
    }
    if (!rule.path().isEmpty()) {
      check(rule, caller, request, pathParameter(request, rule.path()));
    } else {
      for (String name : request.serverRequest().getAllQueryParams(rule.query())) {
        check(rule, caller, request, name);
      }
    }
  }

  private static void check(
      Requires rule, Caller caller, ResteasyReactiveRequestContext request, String name) {
    Right right = rule.value();
    Rights rights = caller.rights();
    String whole = caller.space().whole(name);
    boolean had;
    if (rule.narrows()) {
      had = rights.has(right, whole);
    } else if (rule.part().isEmpty()) {
      had = rights.hasWhole(right, whole);
    } else {
      had =
          parts(rule, request).stream()
              .allMatch(part -> rights.has(right, whole, rule.part(), part));
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
