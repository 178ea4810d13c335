package penstock.redis;

import io.quarkus.proxy.ProxyConfigurationRegistry;
import io.quarkus.redis.runtime.client.VertxRedisClientFactory;
import io.quarkus.redis.runtime.client.config.RedisClientConfig;
import io.quarkus.tls.TlsConfigurationRegistry;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Redis;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import penstock.redis.topology.ServerAddress;

/**
 * Makes clients of single servers. How these are spoken to (TLS, users, passwords, names, times) is
 * what Quarkus is configured with, whichever server it is.
 */
final class ServerClientFactory {

  private static final int SENTINEL_PORT = 26379;

  private final Vertx vertx;
  private final RedisClientConfig config;
  private final TlsConfigurationRegistry tls;
  private final ProxyConfigurationRegistry proxies;
  private final PenstockRedisConfig.Sentinel sentinel;

  ServerClientFactory(
      Vertx vertx,
      RedisClientConfig config,
      TlsConfigurationRegistry tls,
      ProxyConfigurationRegistry proxies,
      PenstockRedisConfig.Sentinel sentinel) {
    this.vertx = vertx;
    this.config = config;
    this.tls = tls;
    this.proxies = proxies;
    this.sentinel = sentinel;
  }

  /** The servers that are configured. */
  List<ServerAddress> servers() {
    return addresses(ServerAddress::of);
  }

  /** The same, where they are sentinels. */
  List<ServerAddress> sentinels() {
    return addresses(uri -> ServerAddress.of(uri, SENTINEL_PORT));
  }

  private List<ServerAddress> addresses(Function<URI, ServerAddress> reading) {
    return hosts().stream().map(reading).distinct().sorted().toList();
  }

  private Collection<URI> hosts() {
    return config.hosts().orElse(Set.of());
  }

  /** The one server that is configured, or that the embedded one is. */
  ServerClient configured(String purpose) {
    return new ServerClient(create(purpose, config), null);
  }

  /**
   * A server of the same kind as those that are configured: with the user of its own URI, if it has
   * one, else of the others.
   */
  ServerClient server(String purpose, ServerAddress address) {
    Map<ServerAddress, URI> configured =
        hosts().stream()
            .collect(Collectors.toMap(ServerAddress::of, Function.identity(), (one, same) -> one));
    URI like = configured.getOrDefault(address, hosts().iterator().next());
    String user = like.getRawUserInfo() == null ? "" : like.getRawUserInfo() + "@";
    return client(purpose, address, config.password(), like, user);
  }

  /** A sentinel, which has users of its own. */
  ServerClient sentinel(String purpose, ServerAddress address) {
    URI like = hosts().iterator().next();
    // Of a user's name alone the client would make a password.
    String user =
        sentinel
            .username()
            .map(name -> encoded(name) + ":" + encoded(sentinel.password().orElse("")) + "@")
            .orElse("");
    return client(
        purpose,
        address,
        sentinel.password(),
        URI.create(like.getScheme() + "://" + address),
        user);
  }

  private static String encoded(String name) {
    return URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
  }

  private ServerClient client(
      String purpose, ServerAddress address, Optional<String> password, URI like, String user) {
    String path = like.getRawPath() == null ? "" : like.getRawPath();
    String query = like.getRawQuery() == null ? "" : "?" + like.getRawQuery();
    URI uri = URI.create(like.getScheme() + "://" + user + address + path + query);
    return new ServerClient(create(purpose, new ServerSettings(config, uri, password)), address);
  }

  private Redis create(String purpose, RedisClientConfig of) {
    return VertxRedisClientFactory.create("penstock-" + purpose, vertx, of, tls, proxies);
  }
}
