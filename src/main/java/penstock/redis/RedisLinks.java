package penstock.redis;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.proxy.ProxyConfigurationRegistry;
import io.quarkus.redis.runtime.client.VertxRedisClientFactory;
import io.quarkus.redis.runtime.client.config.RedisClientConfig;
import io.quarkus.redis.runtime.client.config.RedisConfig;
import io.quarkus.runtime.Startup;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.quarkus.tls.TlsConfigurationRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisClientType;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.net.URI;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * Opens links to the configured Redis. Each purpose has its own, with a name that CLIENT LIST and
 * the metrics show, so that a blocked read never delays a command and one feature's load is known
 * from another's.
 */
@Startup
@Singleton
public class RedisLinks {

  /** Version of the data format; another one in Redis is refused. */
  static final String FORMAT = "1";

  private static final Logger LOG = Logger.getLogger(RedisLinks.class);

  private final Vertx vertx;
  private final RedisClientConfig client;
  private final TlsConfigurationRegistry tls;
  private final ProxyConfigurationRegistry proxies;
  private final PenstockRedisConfig config;
  private final Keys keys;
  private final MeterRegistry meters;
  private final List<RedisLink> open = new CopyOnWriteArrayList<>();
  private RedisLink commands;

  @Inject
  public RedisLinks(
      Vertx vertx,
      RedisConfig clients,
      TlsConfigurationRegistry tls,
      ProxyConfigurationRegistry proxies,
      PenstockRedisConfig config,
      Keys keys,
      MeterRegistry meters) {
    this.meters = meters;
    this.vertx = vertx;
    this.client =
        Objects.requireNonNull(
            clients.clients().get(RedisConfig.DEFAULT_CLIENT_NAME),
            "Quarkus has the default client whatever is configured");
    this.tls = tls;
    this.proxies = proxies;
    this.config = config;
    this.keys = keys;
    if (client.clientType() != RedisClientType.STANDALONE) {
      throw new ConfigurationException(
          "quarkus.redis.client-type="
              + client.clientType()
              + " is not supported yet: only standalone is tested. Remove the property.",
          Set.of("quarkus.redis.client-type"));
    }
    checkHostNames();
    if (config.maxPending() > client.maxWaitingHandlers()) {
      throw new ConfigurationException(
          "penstock.redis.max-pending="
              + config.maxPending()
              + " is more than the client takes: raise quarkus.redis.max-waiting-handlers as well.",
          Set.of("penstock.redis.max-pending", "quarkus.redis.max-waiting-handlers"));
    }
  }

  /** Of a named configuration the framework would verify none unless it says so. */
  private void checkHostNames() {
    client
        .tlsConfigurationName()
        .flatMap(tls::get)
        .filter(named -> named.getHostnameVerificationAlgorithm().isEmpty())
        .ifPresent(
            named -> {
              String property =
                  "quarkus.tls." + named.getName() + ".hostname-verification-algorithm";
              throw new ConfigurationException(
                  property
                      + " is not set: say HTTPS, so that Redis must be who its certificate says, or NONE.",
                  Set.of(property));
            });
  }

  @PostConstruct
  void begin() {
    locate();
    commands = open("commands");
  }

  /**
   * Says where Redis is. Starts the embedded server if there is no other: here, where blocking is
   * allowed.
   */
  private void locate() {
    if (client.hosts().isPresent()) {
      String hosts =
          client.hosts().get().stream()
              .map(RedisLinks::withoutCredentials)
              .collect(Collectors.joining(","));
      LOG.infof("redis configured: hosts=%s", hosts);
    } else if (client.hostsProviderName().isPresent()) {
      VertxRedisClientFactory.findProvider(client.hostsProviderName().get()).getHosts();
    }
  }

  private static String withoutCredentials(URI host) {
    return host.getScheme()
        + "://"
        + host.getHost()
        + (host.getPort() < 0 ? "" : ":" + host.getPort())
        + host.getPath();
  }

  /** A link that is down, if there is one: each is needed for something. */
  Optional<RedisLink> down() {
    return open.stream().filter(RedisLink::isKnownDown).findFirst();
  }

  /** The link that all share whose commands and replies are small. */
  public RedisLink commands() {
    return commands;
  }

  /** A new link, which begins to connect at once. */
  public RedisLink open(String purpose) {
    return open(purpose, vertx.getOrCreateContext());
  }

  /** The same for who uses it from this context only: its answers come there without a detour. */
  public RedisLink open(String purpose, Context context) {
    RedisLink link = create(purpose, context);
    link.start();
    return link;
  }

  /**
   * A listener to channels over a new link, to be used from this context only.
   *
   * @param heard is given there the name of a channel on which something was published, or may have
   *     been while the link was down
   */
  public PubSubListener openPubSub(String purpose, Context context, Consumer<String> heard) {
    RedisLink link = create(purpose, context);
    var listener = new PubSubListener(link, keys.meta(), heard);
    link.start(listener);
    return listener;
  }

  private RedisLink create(String purpose, Context context) {
    var link =
        new RedisLink(purpose, vertx, context, () -> connector(purpose), this::admit, config);
    open.add(link);
    Gauge.builder("penstock.redis.up", link, l -> l.isUp() ? 1 : 0)
        .description("Whether the connection for this purpose is up")
        .tag("link", purpose)
        .register(meters);
    Gauge.builder("penstock.redis.pending", link, RedisLink::pending)
        .description("Commands sent and not answered")
        .tag("link", purpose)
        .register(meters);
    return link;
  }

  /** The same for each event loop that will use it; the links' names are numbered. */
  public LoopLinks openOnLoops(String purpose) {
    return new LoopLinks(purpose, vertx, this);
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
                    : Future.failedFuture(unknownFormat(format.toString())));
  }

  static String unknownFormat(String format) {
    return "the data in Redis has format " + format + ", this Penstock knows only " + FORMAT;
  }

  @PreDestroy
  void close() {
    open.forEach(RedisLink::close);
  }
}
