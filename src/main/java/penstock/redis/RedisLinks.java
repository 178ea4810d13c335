package penstock.redis;

import io.micrometer.core.instrument.FunctionCounter;
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
import io.vertx.core.buffer.Buffer;
import io.vertx.redis.client.Command;
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
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

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

  /** A replica that has all is told from one that lags once there were so many looks. */
  private static final int LOOKS_IN_LAG = 2;

  private static final Logger LOG = Logger.getLogger(RedisLinks.class);

  private final Vertx vertx;
  private final RedisClientConfig client;
  private final TlsConfigurationRegistry tls;
  private final ServerClientFactory servers;

  /** Null if there is one server only, or a cluster. */
  private final @Nullable ReplicationLinks several;

  /** Null if it is no cluster. */
  private final @Nullable ClusterLinks cluster;

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
    this.config = config;
    this.keys = keys;
    this.servers = new ServerClientFactory(vertx, client, tls, proxies, config.sentinel());
    checkHosts();
    this.several = several();
    this.cluster =
        client.clientType() == RedisClientType.CLUSTER
            ? new ClusterLinks(vertx, config, servers, this::admitFormat)
            : null;
    checkReplicas();
    checkHostNames();
    if (config.maxPending() > client.maxWaitingHandlers()) {
      throw new ConfigurationException(
          "penstock.redis.max-pending="
              + config.maxPending()
              + " is more than the client takes: raise quarkus.redis.max-waiting-handlers as well.",
          Set.of("penstock.redis.max-pending", "quarkus.redis.max-waiting-handlers"));
    }
  }

  private void checkHosts() {
    if (client.clientType() != RedisClientType.STANDALONE && client.hosts().isEmpty()) {
      throw new ConfigurationException(
          "quarkus.redis.client-type=" + client.clientType() + " needs quarkus.redis.hosts.",
          Set.of("quarkus.redis.hosts"));
    }
  }

  private @Nullable ReplicationLinks several() {
    return switch (client.clientType()) {
      case STANDALONE, CLUSTER -> null;
      case REPLICATION -> ReplicationLinks.ofServers(vertx, config, servers, this::admitFormat);
      case SENTINEL ->
          ReplicationLinks.ofSentinels(
              vertx, config, servers, client.masterName().orElse("mymaster"), this::admitFormat);
    };
  }

  private void checkReplicas() {
    if (config.readFrom() == PenstockRedisConfig.ReadFrom.MASTER) {
      return;
    }
    if (client.clientType() == RedisClientType.STANDALONE) {
      throw new ConfigurationException(
          "penstock.redis.read-from=replica needs replicas: set quarkus.redis.client-type to"
              + " replication, sentinel or cluster.",
          Set.of("penstock.redis.read-from", "quarkus.redis.client-type"));
    }
    if (config.replicaMaxLag().compareTo(config.monitorInterval().multipliedBy(LOOKS_IN_LAG)) < 0) {
      throw new ConfigurationException(
          "penstock.redis.replica-max-lag="
              + config.replicaMaxLag()
              + " is less than "
              + LOOKS_IN_LAG
              + " times penstock.redis.monitor-interval, which is how often a replica is looked"
              + " at.",
          Set.of("penstock.redis.replica-max-lag", "penstock.redis.monitor-interval"));
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
                      + " is not set: say HTTPS, so that Redis must be who its certificate says, or"
                      + " NONE.",
                  Set.of(property));
            });
  }

  @PostConstruct
  void begin() {
    locate();
    if (cluster != null) {
      cluster.start();
    }
    gauges();
    commands = open("commands");
  }

  private void gauges() {
    FunctionCounter.builder(
            "penstock.redis.masters", this, of -> several == null ? 0 : several.changes())
        .description("How often another server was found to be the master, the first one included")
        .register(meters);
    Gauge.builder("penstock.redis.replica", this, RedisLinks::partReadFromReplicas)
        .description("Of how many masters a replica is read from, as a part of all: 0 to 1")
        .register(meters);
    Gauge.builder("penstock.redis.replica.lag", this, RedisLinks::replicaLag)
        .description("How old what is read from a replica may be at most; NaN if none is to be")
        .baseUnit("seconds")
        .register(meters);
  }

  private double partReadFromReplicas() {
    if (several != null) {
      return several.readsReplicaNow() ? 1 : 0;
    }
    return replicasOfCluster().map(ReadSource::part).orElse(0.0);
  }

  private double replicaLag() {
    return several == null
        ? replicasOfCluster().map(ReadSource::lag).orElse(Double.NaN)
        : several.replicaLag();
  }

  private Optional<ReadSource> replicasOfCluster() {
    return Optional.ofNullable(cluster).flatMap(ClusterLinks::replicas);
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

  /**
   * A link that is down, if there is one: each is needed for something. Of a cluster those are not
   * meant that lead to any of its nodes, since they find another.
   */
  Optional<RedisLink> down() {
    return open.stream()
        .filter(link -> cluster == null || link instanceof SlotLink)
        .filter(RedisLink::isKnownDown)
        .findFirst();
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
    return cluster == null
        ? start(create(purpose, context, writes(purpose)))
        : metered(cluster.open(purpose, context));
  }

  /**
   * A new link for reading only, to a replica if that is where readers are to read; see {@link
   * #readsReplicas}.
   */
  public RedisLink openForReads(String purpose) {
    return openForReads(purpose, vertx.getOrCreateContext());
  }

  /** The same for who uses it from this context only. */
  public RedisLink openForReads(String purpose, Context context) {
    return cluster == null
        ? start(create(purpose, context, reads(purpose)))
        : metered(cluster.openForReads(purpose, context));
  }

  /**
   * Whether links for reading may lead to a replica: then what is written is seen there later, and
   * a script that has to write is refused there ({@link RedisLink#isOfReplica}).
   */
  public boolean readsReplicas() {
    return several == null ? replicasOfCluster().isPresent() : several.readsReplicas();
  }

  /**
   * Whether it is the master of all logs over which news are heard, and over which they are read.
   * Of a cluster any node tells news, and a message goes to all of them.
   */
  public boolean hearsTheMaster() {
    return cluster == null && !readsReplicas();
  }

  /**
   * A listener to channels over a new link, to be used from this context only.
   *
   * @param heard is given there the name of a channel on which something was published, or may have
   *     been while the link was down
   */
  public PubSubListener openPubSub(String purpose, Context context, Consumer<String> heard) {
    return openPubSubForWrites(purpose, context, (channel, news) -> heard.accept(channel));
  }

  /**
   * The same.
   *
   * @param heard is given what was published, too; nothing, if something may have been
   */
  public PubSubListener openPubSubForWrites(
      String purpose, Context context, BiConsumer<String, Buffer> heard) {
    return openPubSub(create(purpose, context, writes(purpose)), heard);
  }

  /**
   * The same where links for reading lead: what is heard of can be read over these, but for a
   * cluster, which spreads news by another way than data.
   *
   * @param heard is given what was published, too; nothing, if something may have been
   */
  public PubSubListener openPubSubForReads(
      String purpose, Context context, BiConsumer<String, Buffer> heard) {
    return openPubSub(create(purpose, context, reads(purpose)), heard);
  }

  private PubSubListener openPubSub(NodeLink link, BiConsumer<String, Buffer> heard) {
    var listener = new PubSubListener(link, keys.meta(), heard);
    link.start(listener);
    return listener;
  }

  private NodeLink create(String purpose, Context context, Destination destination) {
    var link = new NodeLink(purpose, vertx, context, destination, config);
    if (several != null) {
      several.add(link, destination);
    }
    return metered(link);
  }

  private static RedisLink start(NodeLink link) {
    link.start();
    return link;
  }

  private <T extends RedisLink> T metered(T link) {
    open.add(link);
    Gauge.builder("penstock.redis.up", link, l -> l.isUp() ? 1 : 0)
        .description("Whether the connection for this purpose is up")
        .tag("link", link.name())
        .register(meters);
    Gauge.builder("penstock.redis.pending", link, RedisLink::pending)
        .description("Commands sent and not answered")
        .tag("link", link.name())
        .register(meters);
    return link;
  }

  /** The same for each event loop that will use it; the links' names are numbered. */
  public LoopLinks openOnLoops(String purpose) {
    return new LoopLinks(purpose, vertx, this);
  }

  private Destination writes(String purpose) {
    if (cluster != null) {
      return cluster.anyNode(purpose);
    }
    return several == null
        ? new Destination(
            () -> Future.succeededFuture(servers.configured(purpose)),
            (connection, only) -> admitFormat(connection),
            true)
        : several.writes(purpose);
  }

  private Destination reads(String purpose) {
    return several == null ? writes(purpose) : several.reads(purpose);
  }

  private Future<Void> admitFormat(RedisConnection connection) {
    return connection
        .send(Request.cmd(Command.HGET).arg(keys.meta()).arg("format"))
        .compose(
            format ->
                format == null || format.toString().equals(FORMAT)
                    ? Future.succeededFuture()
                    : Future.failedFuture(unknownFormat(format.toString())));
  }

  /**
   * Looks where the master is, and which replicas are to be read from, and has all links that lead
   * elsewhere leave for these; see {@link ReplicationLinks#follow}. Completes at once if there is
   * one server only.
   */
  Future<Void> follow() {
    if (cluster != null) {
      return cluster.follow();
    }
    return several == null ? Future.succeededFuture() : several.follow();
  }

  /** Whether there are servers that can take over from the master. */
  boolean hasSeveral() {
    return several != null;
  }

  static String unknownFormat(String format) {
    return "the data in Redis has format " + format + ", this Penstock knows only " + FORMAT;
  }

  @PreDestroy
  void close() {
    if (cluster != null) {
      cluster.close();
    }
    open.forEach(RedisLink::close);
    if (several != null) {
      several.close();
    }
  }
}
