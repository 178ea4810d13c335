package penstock.http;

import io.vertx.ext.web.RoutingContext;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jboss.resteasy.reactive.server.core.CurrentRequestManager;
import org.jboss.resteasy.reactive.server.core.ResteasyReactiveRequestContext;
import penstock.problem.Problem;
import penstock.problem.Violation;

/**
 * What the names in a request stand for. A caller of the tenant {@code acme} that says {@code
 * orders} means what is called {@code acme~orders} everywhere within; a caller without a tenant
 * says and sees whole names.
 *
 * <p>No name has a tilde but the one behind a tenant, and no tenant has one. So two tenants cannot
 * mean the same, whatever they say, and nothing that has no tenant can be meant by one.
 *
 * @param tenant empty for none
 */
public record Namespace(String tenant) {

  /** Of callers without a tenant: names are as they stand. */
  public static final Namespace NONE = new Namespace("");

  /** Between a tenant and a name; needs no encoding in a URL (RFC 3986, 2.3). */
  public static final char SEPARATOR = '~';

  /**
   * That of streams, so that a name with its tenant is good wherever names go, and capitals: ids of
   * identity providers have them, and two that differ in them only are two tenants.
   */
  public static final String TENANT_RULE = "[A-Za-z0-9][A-Za-z0-9._-]{0,63}";

  private static final Pattern TENANT = Pattern.compile(TENANT_RULE);

  private static final String KEY = "penstock.namespace";

  /**
   * Of a tenant.
   *
   * @throws IllegalArgumentException this is no name of one; the message does not contain it
   */
  public static Namespace of(String tenant) {
    if (!TENANT.matcher(tenant).matches()) {
      throw new IllegalArgumentException("a tenant must match " + TENANT_RULE);
    }
    return new Namespace(tenant);
  }

  /** That which a whole name is in. */
  public static Namespace ofName(String whole) {
    int end = whole.indexOf(SEPARATOR);
    return end < 0 ? NONE : new Namespace(whole.substring(0, end));
  }

  /** That of the request that is under way, as far as is known of it; on its event loop. */
  public static Namespace current() {
    ResteasyReactiveRequestContext request = CurrentRequestManager.get();
    return request == null ? NONE : of(request.serverRequest().unwrap(RoutingContext.class));
  }

  private static Namespace of(RoutingContext context) {
    Namespace known = context.get(KEY);
    return known == null ? NONE : known;
  }

  /** From now on it is that of the request. */
  public void enter(RoutingContext context) {
    if (!isNone()) {
      context.put(KEY, this);
    }
  }

  public boolean isNone() {
    return tenant.isEmpty();
  }

  private String prefix() {
    return tenant + SEPARATOR;
  }

  /** The whole name of what a caller calls so. */
  public String whole(String name) {
    return isNone() ? name : prefix() + name;
  }

  /** What a caller calls that which has this whole name. */
  public String shown(String whole) {
    return has(whole) && !isNone() ? whole.substring(prefix().length()) : whole;
  }

  /** Whether that which has this whole name is one of its own; everything is for who has none. */
  public boolean has(String whole) {
    return isNone() || whole.startsWith(prefix());
  }

  /** A text for the caller, with whole names in it shortened. */
  public String hide(String text) {
    return isNone() ? text : text.replace(prefix(), "");
  }

  /** A problem as the caller is told of it. */
  public Problem hide(Problem problem) {
    if (isNone()) {
      return problem;
    }
    List<Violation> errors =
        problem.errors().stream()
            .map(one -> new Violation(one.event(), one.attribute(), hide(one.message())))
            .toList();
    Map<String, Object> extensions = new HashMap<>(problem.extensions());
    extensions.replaceAll((name, value) -> value instanceof String text ? hide(text) : value);
    return new Problem(
        problem.type(), hide(problem.detail()), errors, problem.retryAfter(), extensions);
  }
}
