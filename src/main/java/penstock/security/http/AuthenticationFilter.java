package penstock.security.http;

import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import penstock.http.AllowedMethods;
import penstock.http.RefusalReason;
import penstock.problem.Problem;
import penstock.problem.ProblemType;
import penstock.problem.Problems;
import penstock.problem.ReportedFailure;
import penstock.security.AuthConfig;
import penstock.security.identity.Caller;
import penstock.security.session.Credential;
import penstock.security.session.Revocations;

/**
 * Finds out who calls, before anything else is done for a request. Not the framework's chain of
 * mechanisms: it knows no answer but 401 for an issuer that is away, checks a signature for each
 * request, and would cost a service without identities something.
 */
@ApplicationScoped
class AuthenticationFilter {

  static final String ADVICE =
      "Say who calls, by a header 'Authorization: Bearer' with a token, or by the cookie of a session.";

  /** After what lets pages of other origins ask, before all that answers. */
  private static final int PRIORITY = 250;

  private static final String OPERATORS = "/q/";
  private static final String HEALTH = "/q/health";
  private static final String METRICS = "/q/metrics";
  private static final String OPENAPI = "/q/openapi";

  private final AuthConfig config;
  private final AllowedMethods methods;
  private final Revocations revocations;
  private final Event<UnavailableFeed> unavailable;
  private final List<Authenticator> authenticators;
  private final Set<AuthConfig.Openness> open;

  @Inject
  AuthenticationFilter(
      AuthConfig config,
      AllowedMethods methods,
      Revocations revocations,
      Event<UnavailableFeed> unavailable,
      @Any Instance<Authenticator> authenticators) {
    this.config = config;
    this.methods = methods;
    this.revocations = revocations;
    this.unavailable = unavailable;
    this.authenticators =
        AuthConfig.isOn(config)
            ? authenticators.stream().sorted(Comparator.comparing(Authenticator::rank)).toList()
            : List.of();
    this.open = config.open().orElse(Set.of());
  }

  void filter(@Observes Filters filters) {
    if (AuthConfig.isOn(config)) {
      filters.register(this::handle, PRIORITY);
    }
  }

  private void handle(RoutingContext context) {
    // which methods a path has is no secret, and says nothing of what there is
    if (Callers.known(context) != null || context.request().method() == HttpMethod.OPTIONS) {
      context.next();
      return;
    }
    Future<Credential> known = authenticate(context);
    if (known == null) {
      refuse(context, Problem.of(ProblemType.UNAUTHENTICATED, ADVICE));
    } else if (known.isComplete()) {
      take(context, known);
    } else {
      context.request().pause();
      Context here = context.vertx().getOrCreateContext();
      known.onComplete(
          done ->
              here.runOnContext(
                  go -> {
                    context.request().resume();
                    take(context, done);
                  }));
    }
  }

  private @Nullable Future<Credential> authenticate(RoutingContext context) {
    for (Authenticator one : authenticators) {
      Future<Credential> known = one.authenticate(context);
      if (known != null) {
        // before all was read that was taken back, nobody is known
        return revocations.isReady()
            ? known
            : known.compose(credential -> revocations.ready().map(credential));
      }
    }
    return null;
  }

  private void take(RoutingContext context, AsyncResult<Credential> done) {
    if (done.failed()) {
      refuse(
          context,
          done.cause() instanceof ReportedFailure known
              ? known.problem()
              : Problems.from(done.cause()));
      return;
    }
    Caller caller = done.result().caller();
    if (revocations.covers(caller)) {
      refuse(context, Problem.of(ProblemType.INVALID_TOKEN, "The token was taken back."));
      return;
    }
    Callers.set(context, done.result());
    String path = path(context);
    if (path.startsWith(OPERATORS)
        && !path.startsWith(OPENAPI)
        && !isOpen(path)
        && !caller.isOperator()) {
      Problems.answer(context, Callers.forbidden("admin"));
    } else {
      context.next();
    }
  }

  /** What is open is open to bad tokens, too: whoever has an old one may see the page. */
  private void refuse(RoutingContext context, Problem problem) {
    if (isOpen(path(context))) {
      context.next();
    } else if (UnavailableFeed.isFor(context, problem)) {
      unavailable.fire(new UnavailableFeed(context.response(), problem.type()));
    } else {
      Problems.answer(context.response(), problem);
    }
  }

  /** As the router takes it, so that there is no other way to write it. */
  private static String path(RoutingContext context) {
    String path = context.normalizedPath();
    return path == null ? "" : path;
  }

  private boolean isOpen(String path) {
    if (path.equals(RefusalReason.PATH)) {
      // nothing is there, and what could not be read does not say who sent it
      return true;
    }
    if (isAt(path, HEALTH)) {
      return open.contains(AuthConfig.Openness.HEALTH);
    }
    if (isAt(path, METRICS)) {
      return open.contains(AuthConfig.Openness.METRICS);
    }
    if (isAt(path, OPENAPI)) {
      return open.contains(AuthConfig.Openness.OPENAPI);
    }
    return open.contains(AuthConfig.Openness.PAGES) && methods.isPage(path);
  }

  private static boolean isAt(String path, String place) {
    return path.startsWith(place)
        && (path.length() == place.length() || path.charAt(place.length()) == '/');
  }
}
