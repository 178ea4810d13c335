package penstock.security.http;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.HostAndPort;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.net.URI;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import penstock.problem.Problem;
import penstock.problem.ProblemException;
import penstock.problem.ProblemType;
import penstock.security.CorsConfig;

/**
 * Whether a request that a browser may have sent by itself comes from a page that may do so: it
 * sends cookies and certificates along whoever asks.
 *
 * @see <a href="https://www.w3.org/TR/fetch-metadata/">Fetch Metadata Request Headers</a>
 */
@ApplicationScoped
public class OriginRule {

  private static final String SITE = "Sec-Fetch-Site";
  private static final String SAME = "same-origin";

  /** Asked for by the user, such as by an address that was typed. */
  private static final String NOBODY = "none";

  private static final int NO_PORT = -1;

  private final Set<String> listed;

  @Inject
  OriginRule(CorsConfig config) {
    this(config.credentials() ? config.origins().orElse(List.of()) : List.of());
  }

  OriginRule(List<String> listed) {
    this.listed = Set.copyOf(listed.stream().map(String::strip).toList());
  }

  /**
   * Of what only browsers have, such as a cookie: what changes something must be known to come from
   * a page that may use it; what only reads must not be known to come from elsewhere.
   */
  boolean admits(HttpServerRequest request) {
    boolean reads = request.method() == HttpMethod.GET || request.method() == HttpMethod.HEAD;
    return !isForeign(request)
        && (reads
            || request.headers().contains(HttpHeaders.ORIGIN)
            || SAME.equals(request.getHeader(SITE)));
  }

  /** Whether it is known to come from another page; a program does not say where from. */
  public boolean isForeign(HttpServerRequest request) {
    List<String> origins = request.headers().getAll(HttpHeaders.ORIGIN);
    String site = request.getHeader(SITE);
    if (origins.isEmpty()) {
      return site != null && !site.equals(SAME) && !site.equals(NOBODY);
    }
    String origin = origins.getFirst();
    return origins.size() > 1
        || !listed.contains(origin)
            && !((site == null || site.equals(SAME)) && isOwn(origin, request));
  }

  /**
   * The refusal of what comes from elsewhere.
   *
   * @param by what it came with
   */
  public static ProblemException refusal(String by) {
    return Problem.of(
            ProblemType.FORBIDDEN,
            "A browser's request with "
                + by
                + " must come from a page of this service, or of penstock.cors.origins, and say so"
                + " by Origin or Sec-Fetch-Site.")
        .with("missing", "origin")
        .exception();
  }

  private static boolean isOwn(String origin, HttpServerRequest request) {
    HostAndPort authority = request.authority();
    URI page = uri(origin);
    if (authority == null || page == null || page.getHost() == null) {
      return false;
    }
    boolean secure = "https".equals(page.getScheme());
    // without TLS here it may end at a proxy
    return (secure || "http".equals(page.getScheme()) && !request.isSSL())
        && page.getHost().equalsIgnoreCase(authority.host())
        && port(page.getPort(), secure) == port(authority.port(), secure);
  }

  private static @Nullable URI uri(String origin) {
    try {
      return URI.create(origin);
    } catch (IllegalArgumentException none) {
      return null;
    }
  }

  private static int port(int given, boolean secure) {
    return given != NO_PORT && given != 0 ? given : secure ? 443 : 80;
  }
}
