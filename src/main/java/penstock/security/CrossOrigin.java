package penstock.security;

import io.quarkus.runtime.configuration.ConfigurationException;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Lets pages of listed origins use the API, as the Fetch standard's CORS protocol has it: feeds and
 * problem documents too. A request of another origin is answered as any other, without the headers
 * that would let its page see the answer.
 *
 * <p>Not the framework's filter, which leaves out {@code Vary: Origin}, so that a shared cache
 * gives one origin's answer to another, which takes {@code *} together with credentials, and which
 * answers 403 without a body to what is not from a page at all.
 *
 * @see <a href="https://fetch.spec.whatwg.org/#http-cors-protocol">Fetch, CORS protocol</a>
 */
@ApplicationScoped
class CrossOrigin {

  /** That of the framework's own filter: before all that may answer. */
  private static final int PRIORITY = 300;

  private static final String ALL = "*";
  private static final String METHODS = "GET, HEAD, POST, PUT, DELETE";
  private static final String EXPOSED =
      "Penstock-Cursor, ETag, Location, Retry-After, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, RateLimit-Policy";

  /** In lower case. The attributes of a binary mode event come with a header each. */
  private static final Set<String> ALLOWED =
      Set.of(
          "accept",
          "authorization",
          "cache-control",
          "content-type",
          "idempotency-key",
          "if-none-match",
          "last-event-id",
          "penstock-deliver-after",
          "traceparent",
          "tracestate");

  private static final String ATTRIBUTE_PREFIX = "ce-";

  private final Set<String> origins;
  private final boolean credentials;
  private final String maxAge;
  private final boolean frameworkToo;

  @Inject
  CrossOrigin(
      CorsConfig config,
      @ConfigProperty(name = "quarkus.http.cors.enabled", defaultValue = "false")
          boolean frameworkToo) {
    this.origins =
        config.origins().orElse(List.of()).stream()
            .map(String::strip)
            .collect(Collectors.toUnmodifiableSet());
    this.credentials = config.credentials();
    this.maxAge = Long.toString(nonNegative(config.maxAge()).toSeconds());
    this.frameworkToo = frameworkToo;
  }

  void filter(@Observes Filters filters) {
    check();
    if (!origins.isEmpty()) {
      filters.register(this::handle, PRIORITY);
    }
  }

  private void check() {
    if (frameworkToo) {
      throw new ConfigurationException(
          "quarkus.http.cors.enabled=true is not supported, since its answers lack Vary: Origin. List the origins in"
              + " penstock.cors.origins instead.",
          Set.of("quarkus.http.cors.enabled"));
    }
    for (String origin : origins) {
      if (origin.equals(ALL)) {
        if (credentials) {
          throw wrong(
              "penstock.cors.origins=* would let every page on the web act for its visitor. List the origins, or set"
                  + " penstock.cors.credentials=false.");
        }
      } else if (!isOrigin(origin)) {
        throw wrong(
            "penstock.cors.origins: '"
                + origin
                + "' is no origin as browsers send it: scheme://host or scheme://host:port in lower case, without a"
                + " path and without the scheme's own port.");
      }
    }
  }

  private static Duration nonNegative(Duration maxAge) {
    if (maxAge.isNegative()) {
      throw new ConfigurationException(
          "penstock.cors.max-age must not be negative.", Set.of("penstock.cors.max-age"));
    }
    return maxAge;
  }

  private static ConfigurationException wrong(String message) {
    return new ConfigurationException(message, Set.of("penstock.cors.origins"));
  }

  private static boolean isOrigin(String text) {
    try {
      URI uri = new URI(text);
      boolean ownPort =
          uri.getPort() == 80 && "http".equals(uri.getScheme())
              || uri.getPort() == 443 && "https".equals(uri.getScheme());
      return uri.getHost() != null
          && text.equals(text.toLowerCase(Locale.ROOT))
          && text.equals(uri.getScheme() + "://" + uri.getRawAuthority())
          && uri.getUserInfo() == null
          && !ownPort;
    } catch (URISyntaxException notOne) {
      return false;
    }
  }

  private void handle(RoutingContext context) {
    HttpServerRequest request = context.request();
    HttpServerResponse response = context.response();
    String origin = request.getHeader(HttpHeaders.ORIGIN);
    boolean all = origins.contains(ALL);
    if (!all) {
      response.putHeader(HttpHeaders.VARY, HttpHeaders.ORIGIN);
    }
    if (origin == null || !all && !origins.contains(origin)) {
      context.next();
      return;
    }
    response.putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN, all ? ALL : origin);
    if (credentials) {
      response.putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_CREDENTIALS, "true");
    }
    if (request.method() == HttpMethod.OPTIONS
        && request.getHeader(HttpHeaders.ACCESS_CONTROL_REQUEST_METHOD) != null) {
      preflight(request, response);
    } else {
      response.putHeader(HttpHeaders.ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
      context.next();
    }
  }

  private void preflight(HttpServerRequest request, HttpServerResponse response) {
    response.putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_METHODS, METHODS);
    String asked = request.getHeader(HttpHeaders.ACCESS_CONTROL_REQUEST_HEADERS);
    if (asked != null) {
      String allowed =
          Stream.of(asked.split(","))
              .map(String::strip)
              .filter(CrossOrigin::isAllowed)
              .collect(Collectors.joining(", "));
      if (!allowed.isEmpty()) {
        response.putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_HEADERS, allowed);
      }
    }
    response
        .putHeader(HttpHeaders.ACCESS_CONTROL_MAX_AGE, maxAge)
        .putHeader(
            HttpHeaders.VARY,
            "Origin, Access-Control-Request-Method, Access-Control-Request-Headers")
        .setStatusCode(204)
        .end();
  }

  private static boolean isAllowed(String header) {
    String name = header.toLowerCase(Locale.ROOT);
    return ALLOWED.contains(name) || name.startsWith(ATTRIBUTE_PREFIX);
  }
}
