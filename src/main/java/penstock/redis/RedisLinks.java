package penstock.redis;

import io.quarkus.proxy.ProxyConfigurationRegistry;
import io.quarkus.redis.runtime.client.VertxRedisClientFactory;
import io.quarkus.redis.runtime.client.config.RedisClientConfig;
import io.quarkus.redis.runtime.client.config.RedisConfig;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.quarkus.tls.TlsConfigurationRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisClientType;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Opens links to the configured Redis. Each purpose has its own, with a name that CLIENT LIST and
 * the metrics show, so that a blocked read never delays a command and one feature's load is told
 * from another's.
 */
@ApplicationScoped
public class RedisLinks {

  /** Version of the data format; another one in Redis is refused. */
  static final String FORMAT = "1";

  private final Vertx vertx;
  private final RedisClientConfig client;
  private final TlsConfigurationRegistry tls;
  private final ProxyConfigurationRegistry proxies;
  private final PenstockRedisConfig config;
  private final Keys keys;
  private final List<RedisLink> open = new CopyOnWriteArrayList<>();

  @Inject
  public RedisLinks(
      Vertx vertx,
      RedisConfig clients,
      TlsConfigurationRegistry tls,
      ProxyConfigurationRegistry proxies,
      PenstockRedisConfig config,
      Keys keys) {
    this.vertx = vertx;
    this.client = clients.clients().get(RedisConfig.DEFAULT_CLIENT_NAME);
    this.tls = tls;
    this.proxies = proxies;
    this.config = config;
    this.keys = keys;
    if (client.clientType() != RedisClientType.STANDALONE) {
      throw new ConfigurationException(
          "quarkus.redis.client-type="
              + client.clientType()
              + " is not supported yet: only standalone is tested. Remove the property.");
    }
  }

  /** A new link, which begins to connect at once. */
  public RedisLink open(String purpose) {
    RedisLink link = new RedisLink(purpose, vertx, () -> connector(purpose), this::admit, config);
    open.add(link);
    link.start();
    return link;
  }

  private Redis connector(String purpose) {
    return VertxRedisClientFactory.create("penstock-" + purpose, vertx, client, tls, proxies);
  }

  private Future<Void> admit(RedisConnection connection) {
    return connection
        .send(Request.cmd(Command.HGET).arg(keys.meta()).arg("format"))
        .compose(
            format ->
                format == null || format.toString().equals(FORMAT)
                    ? Future.succeededFuture()
                    : Future.failedFuture(
                        "the data in Redis has format "
                            + format
                            + ", this Penstock knows only "
                            + FORMAT));
  }

  @PreDestroy
  void close() {
    open.forEach(RedisLink::close);
  }
}
