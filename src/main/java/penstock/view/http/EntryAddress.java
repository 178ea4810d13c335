package penstock.view.http;

import io.quarkus.vertx.http.runtime.RouteConstants;
import io.vertx.core.net.impl.URIDecoder;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import org.jspecify.annotations.Nullable;
import penstock.problem.Problems;

/**
 * The address of an entry ends with its key, which may be anything that is not empty: {@code .} and
 * {@code ..}, or with slashes wherever one likes. The framework takes these for steps in a tree of
 * paths; here the key of such an address is read as it stands, and the request goes on to another
 * address, where its resource is given the key.
 */
@ApplicationScoped
class EntryAddress {

  private static final String VIEWS = "/views/";
  private static final String ENTRIES = "/entries/";

  /** Any that the framework leaves as it is. */
  private static final String PLACEHOLDER = "-";

  private static final String KEY = "penstock.entry.key";

  void read(@Observes Router router) {
    // before what reads a semicolon in a path
    router.route().order(RouteConstants.ROUTE_ORDER_AFTER_DEFAULT - 1).handler(EntryAddress::read);
  }

  private static void read(RoutingContext context) {
    String path = context.request().path();
    String raw = path == null || context.get(KEY) != null ? null : keyOf(path);
    if (path == null || raw == null || !isStep(raw)) {
      context.next();
      return;
    }
    try {
      context.put(KEY, URIDecoder.decodeURIComponent(raw, false));
    } catch (IllegalArgumentException undecodable) {
      Problems.answer(context.response(), Problems.UNDECODABLE);
      return;
    }
    String query = context.request().query();
    String address = path.substring(0, path.length() - raw.length()) + PLACEHOLDER;
    context.reroute(query == null ? address : address + "?" + query);
  }

  /** What stands behind the entries of a view; null if there is nothing. */
  private static @Nullable String keyOf(String path) {
    if (!path.startsWith(VIEWS)) {
      return null;
    }
    int entries = path.indexOf('/', VIEWS.length());
    int key = entries + ENTRIES.length();
    return entries > VIEWS.length() && path.startsWith(ENTRIES, entries) && path.length() > key
        ? path.substring(key)
        : null;
  }

  private static boolean isStep(String raw) {
    if (raw.startsWith("/") || raw.endsWith("/") || raw.contains("//")) {
      return true;
    }
    for (String segment : raw.split("/", -1)) {
      String plain = segment.replace("%2e", ".").replace("%2E", ".");
      if (plain.equals(".") || plain.equals("..")) {
        return true;
      }
    }
    return false;
  }

  /**
   * The key that a request is about.
   *
   * @param otherwise that of its path, where the framework reads it well
   */
  static String key(RoutingContext context, String otherwise) {
    String key = context.get(KEY);
    return key == null ? otherwise : key;
  }
}
