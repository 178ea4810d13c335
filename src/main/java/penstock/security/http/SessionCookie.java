package penstock.security.http;

import io.vertx.core.http.Cookie;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.HostAndPort;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import penstock.security.AuthConfig;
import penstock.security.session.Secret;

/**
 * The cookie that names a session. No script sees it, and it goes over TLS only: its name begins
 * with {@code __Host-}, so that browsers take it from this very host and over TLS, and no
 * neighbour's domain can slip in another. Without TLS, on a machine of one's own, it has another
 * name and may come without.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc6265">RFC 6265</a>
 */
final class SessionCookie {

  private static final String NAME = "penstock-session";
  private static final String SECURE_NAME = "__Host-" + NAME;

  private SessionCookie() {}

  /** What the request's cookie has; null without one. */
  static @Nullable String of(HttpServerRequest request) {
    Cookie cookie = request.getCookie(name(request));
    return cookie == null ? null : cookie.getValue();
  }

  /** The header that sets it. */
  static String set(
      HttpServerRequest request, Secret secret, Duration life, AuthConfig.SameSite sameSite) {
    return header(request, secret.text(), life.toSeconds(), sameSite);
  }

  /** The header that takes it away. */
  static String unset(HttpServerRequest request, AuthConfig.SameSite sameSite) {
    return header(request, "", 0, sameSite);
  }

  private static String header(
      HttpServerRequest request, String value, long seconds, AuthConfig.SameSite sameSite) {
    String site = sameSite.name().charAt(0) + sameSite.name().substring(1).toLowerCase(Locale.ROOT);
    return name(request)
        + "="
        + value
        + "; Path=/; Max-Age="
        + seconds
        + "; HttpOnly; SameSite="
        + site
        + (isOwnMachine(request) ? "" : "; Secure");
  }

  private static String name(HttpServerRequest request) {
    return isOwnMachine(request) ? NAME : SECURE_NAME;
  }

  /** By the name that the browser knows, since a proxy before TLS may be on this machine, too. */
  private static boolean isOwnMachine(HttpServerRequest request) {
    HostAndPort authority = request.authority();
    if (request.isSSL() || "https".equals(request.scheme()) || authority == null) {
      return false;
    }
    String host = authority.host().toLowerCase(Locale.ROOT);
    return host.equals("localhost")
        || host.equals("[::1]")
        || host.equals("::1")
        || host.matches("127\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}");
  }
}
