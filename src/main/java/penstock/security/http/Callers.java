package penstock.security.http;

import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import org.jboss.resteasy.reactive.server.core.CurrentRequestManager;
import org.jspecify.annotations.Nullable;
import penstock.problem.Problem;
import penstock.problem.ProblemException;
import penstock.problem.ProblemType;
import penstock.security.AuthConfig;
import penstock.security.identity.AllowedValues;
import penstock.security.identity.Caller;
import penstock.security.identity.Right;
import penstock.security.session.Credential;

/**
 * Who calls: of the request that is under way. To be asked by what its resource calls at once, on
 * the request's event loop.
 *
 * <p>Not a singleton: what filters use is made before there is a configuration, unless it is behind
 * a proxy.
 */
@ApplicationScoped
public class Callers {

  private static final String KEY = "penstock.credential";

  private final boolean on;

  @Inject
  Callers(AuthConfig config) {
    this.on = AuthConfig.isOn(config);
  }

  /** Whether it is asked who calls. */
  public boolean isOn() {
    return on;
  }

  /** Who calls; {@link Caller#UNKNOWN}, who may do everything, where that is not asked. */
  public Caller current() {
    return on ? of(context()) : Caller.UNKNOWN;
  }

  private static RoutingContext context() {
    return CurrentRequestManager.get().serverRequest().unwrap(RoutingContext.class);
  }

  /** By what the caller is known; {@link Credential#NONE} where that is not asked. */
  Credential credential() {
    Credential known = on ? known(context()) : null;
    return known == null ? Credential.NONE : known;
  }

  /** Who sent a request. */
  public Caller of(RoutingContext context) {
    if (!on) {
      return Caller.UNKNOWN;
    }
    Credential known = known(context);
    return known == null ? Caller.ANONYMOUS : known.caller();
  }

  static @Nullable Credential known(RoutingContext context) {
    return context.get(KEY);
  }

  static void set(RoutingContext context, Credential credential) {
    context.put(KEY, credential);
    credential.caller().space().enter(context);
  }

  /** Of a stream the subjects of events that the caller may read, which is some. */
  public AllowedValues subjects(String stream) {
    return current().rights().values(Right.READ, stream, "subject");
  }

  /** Of a view the keys of entries that the caller may see, which is some. */
  public AllowedValues keys(String view) {
    return current().rights().values(Right.VIEW, view, "key");
  }

  /**
   * The refusal of who lacks a right.
   *
   * @param missing what it would take, such as {@code read on orders}
   */
  public static ProblemException forbidden(String missing) {
    return Problem.of(ProblemType.FORBIDDEN, "The right that it takes is missing: " + missing + ".")
        .with("missing", missing)
        .exception();
  }
}
