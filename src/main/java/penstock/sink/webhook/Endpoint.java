package penstock.sink.webhook;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a receiver is.
 *
 * @param host as it stands in the URL; an address of IPv6 has its brackets
 * @param target path and query
 */
record Endpoint(boolean ssl, String host, int port, String target) {

  private static final String HTTPS = "https";
  private static final int HTTPS_PORT = 443;
  private static final int HTTP_PORT = 80;
  private static final int MOST_PORT = 65_535;

  /** Names that are never looked up (RFC 6761, 6.3). */
  private static final Pattern LOCAL = Pattern.compile("(?i)(.+\\.)?localhost");

  /**
   * @throws IllegalArgumentException that says what is wrong with it, and does not show it: what is
   *     there by mistake may be a password
   */
  static Endpoint parse(String url) {
    try {
      return of(new URI(url.strip()));
    } catch (URISyntaxException broken) {
      throw new IllegalArgumentException("must be a URL: " + broken.getReason());
    }
  }

  /** Null if it is none that could be followed. */
  @Nullable Endpoint redirect(@Nullable String location) {
    if (location == null) {
      return null;
    }
    try {
      return of(URI.create(url()).resolve(new URI(location.strip())));
    } catch (URISyntaxException | IllegalArgumentException broken) {
      return null;
    }
  }

  private static Endpoint of(URI url) {
    boolean ssl = HTTPS.equalsIgnoreCase(url.getScheme());
    if (!ssl && !"http".equalsIgnoreCase(url.getScheme())) {
      throw new IllegalArgumentException("must be a URL that begins with https:// or http://");
    }
    if (url.getRawUserInfo() != null) {
      throw new IllegalArgumentException(
          "must not have a user's name or password in it: set headers.authorization");
    }
    if (url.getHost() == null) {
      throw new IllegalArgumentException("must be a URL with the name or address of a host");
    }
    if (url.getRawFragment() != null) {
      throw new IllegalArgumentException("must not have a fragment, which is not sent");
    }
    if (url.getPort() == 0 || url.getPort() > MOST_PORT) {
      throw new IllegalArgumentException("must have a port from 1 to " + MOST_PORT);
    }
    String path = url.getRawPath().isEmpty() ? "/" : url.getRawPath();
    return new Endpoint(
        ssl,
        url.getHost(),
        url.getPort() > 0 ? url.getPort() : ssl ? HTTPS_PORT : HTTP_PORT,
        url.getRawQuery() == null ? path : path + "?" + url.getRawQuery());
  }

  /** The host's address if it is one itself, or means this machine: nothing is looked up for it. */
  Optional<InetAddress> literal() {
    if (LOCAL.matcher(host).matches()) {
      return Optional.of(InetAddress.getLoopbackAddress());
    }
    if (!host.startsWith("[") && !NetUtil.isValidIpV4Address(host)) {
      return Optional.empty();
    }
    try {
      return Optional.of(InetAddress.getByName(host));
    } catch (UnknownHostException impossible) {
      throw new IllegalStateException("an address was looked up as a name", impossible);
    }
  }

  boolean isSameOrigin(Endpoint other) {
    return ssl == other.ssl && port == other.port && host.equalsIgnoreCase(other.host);
  }

  /** Scheme, host and port: without what may be secret in path and query. */
  String origin() {
    return (ssl ? "https://" : "http://") + host + ":" + port;
  }

  private String url() {
    return origin() + target;
  }

  /** As it may be shown. */
  @Override
  public String toString() {
    return origin();
  }
}
