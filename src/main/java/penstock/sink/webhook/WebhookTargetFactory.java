package penstock.sink.webhook;

import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.proxy.ProxyConfiguration;
import io.quarkus.proxy.ProxyConfigurationRegistry;
import io.quarkus.tls.CertificateUpdatedEvent;
import io.quarkus.tls.TlsConfiguration;
import io.quarkus.tls.TlsConfigurationRegistry;
import io.quarkus.tls.runtime.config.TlsConfigUtils;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.impl.ContextInternal;
import io.vertx.core.impl.VertxInternal;
import io.vertx.core.net.ProxyOptions;
import io.vertx.core.net.ProxyType;
import io.vertx.core.tracing.TracingPolicy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.net.InetAddress;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import penstock.sink.InvalidSinkException;
import penstock.sink.SinkDefaults;
import penstock.sink.SinkDefinition;
import penstock.sink.SinkTarget;
import penstock.sink.SinkTargetFactory;
import penstock.sink.SinksConfig;

/** Makes the targets of sinks of the kind {@code webhook}. */
@ApplicationScoped
class WebhookTargetFactory implements SinkTargetFactory {

  private static final Logger LOG = Logger.getLogger(WebhookTargetFactory.class);

  private final Vertx vertx;
  private final TlsConfigurationRegistry certificates;
  private final ProxyConfigurationRegistry proxies;
  private final MeterRegistry registry;
  private final AddressResolver.Source source;

  /** Those that have a TLS configuration, for when its certificates change. */
  private final List<Secured> secured = new CopyOnWriteArrayList<>();

  private record Secured(String configuration, WebhookTarget target) {}

  @Inject
  WebhookTargetFactory(
      Vertx vertx,
      TlsConfigurationRegistry certificates,
      ProxyConfigurationRegistry proxies,
      MeterRegistry registry) {
    this(vertx, certificates, proxies, registry, InetAddress::getAllByName);
  }

  /**
   * @param source who is asked for the addresses of a host
   */
  WebhookTargetFactory(
      Vertx vertx,
      TlsConfigurationRegistry certificates,
      ProxyConfigurationRegistry proxies,
      MeterRegistry registry,
      AddressResolver.Source source) {
    this.vertx = vertx;
    this.certificates = certificates;
    this.proxies = proxies;
    this.registry = registry;
    this.source = source;
  }

  @Override
  public String kind() {
    return "webhook";
  }

  @Override
  public SinkDefaults defaults() {
    return SinkDefaults.OF_SINGLE_EVENTS;
  }

  @Override
  public SinkTarget create(SinkDefinition sink) {
    WebhookSettings settings = WebhookSettings.of(sink);
    SinksConfig.Webhook declared = settings.declared();
    Predicate<InetAddress> rule =
        declared.allowPrivate() ? any -> true : new AddressRule()::isPublic;
    refuseLiteral(settings.endpoint(), rule);
    SinksConfig.OfSink common = sink.settings();
    Optional<TlsConfiguration> tls = common.tlsConfigurationName().map(this::tls);
    ProxyOptions proxy = declared.proxyConfigurationName().map(this::proxy).orElse(null);
    HttpClient client =
        vertx
            .httpClientBuilder()
            .with(options(common, tls, proxy))
            .with(pool(sink, declared))
            .withConnectHandler(WebhookTargetFactory::quiet)
            .build();
    ContextInternal context = ((VertxInternal) vertx).createEventLoopContext();
    var connector =
        new ReceiverConnector(
            vertx,
            client,
            proxy == null ? new AddressResolver(vertx, source, rule) : null,
            common.connectTimeout(),
            common.answerTimeout(),
            declared.redirects());
    var target =
        new WebhookTarget(
            vertx,
            context,
            InstantSource.system(),
            settings,
            client,
            connector,
            new ReceiverBreaker(sink.name(), declared.breaker()),
            new WebhookMeters(registry, sink.name()));
    common
        .tlsConfigurationName()
        .ifPresent(configuration -> secured.add(new Secured(configuration, target)));
    if (settings.signature().keys().isEmpty()) {
      LOG.warnf(
          "webhook unsigned: sink=%s; its receiver cannot know who sends. Set penstock.sinks.%s.secrets",
          sink.name(), sink.name());
    }
    return target;
  }

  void renewed(@Observes CertificateUpdatedEvent event) {
    secured.stream()
        .filter(known -> known.configuration().equals(event.name()))
        .forEach(known -> known.target().renew(event.tlsConfiguration().getSSLOptions()));
  }

  /** An address that stands in the URL itself is known at start, also where a proxy connects. */
  private static void refuseLiteral(Endpoint endpoint, Predicate<InetAddress> rule) {
    if (endpoint.literal().filter(rule.negate()).isPresent()) {
      throw new InvalidSinkException(
          "url", "has a private, local or reserved address: set allow-private=true if it is meant");
    }
  }

  /** What breaks a connection is an outcome of its request, and no error of this service. */
  private static void quiet(HttpConnection connection) {
    connection.exceptionHandler(failure -> LOG.debug("a connection to a receiver broke", failure));
  }

  private TlsConfiguration tls(String name) {
    return certificates
        .get(name)
        .orElseThrow(
            () ->
                new InvalidSinkException(
                    "tls-configuration-name", "names no configuration: quarkus.tls." + name));
  }

  private ProxyOptions proxy(String name) {
    ProxyConfiguration proxy;
    try {
      proxy = proxies.get(Optional.of(name)).orElse(null);
    } catch (IllegalStateException unknown) {
      proxy = null;
    }
    if (proxy == null) {
      throw new InvalidSinkException(
          "proxy-configuration-name", "names no configuration: quarkus.proxy." + name);
    }
    var options =
        new ProxyOptions()
            .setHost(proxy.host())
            .setPort(proxy.port())
            .setType(ProxyType.valueOf(proxy.type().name()));
    proxy.username().ifPresent(options::setUsername);
    proxy.password().ifPresent(options::setPassword);
    return options;
  }

  private static HttpClientOptions options(
      SinksConfig.OfSink declared, Optional<TlsConfiguration> tls, @Nullable ProxyOptions proxy) {
    int connect = Math.toIntExact(declared.connectTimeout().toMillis());
    HttpClientOptions options =
        new HttpClientOptions()
            .setConnectTimeout(connect)
            .setSslHandshakeTimeout(connect)
            .setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS)
            .setKeepAliveTimeout(Math.toIntExact(declared.webhook().keepAlive().toSeconds()))
            .setTracingPolicy(TracingPolicy.IGNORE);
    tls.ifPresent(configuration -> TlsConfigUtils.configure(options, configuration));
    if (proxy != null) {
      options.setProxyOptions(proxy.setConnectTimeout(declared.connectTimeout()));
    }
    return options;
  }

  /** What may wait for a connection is bounded by what the sink has in flight. */
  private static PoolOptions pool(SinkDefinition sink, SinksConfig.Webhook declared) {
    return new PoolOptions()
        .setHttp1MaxSize(declared.maxConnections())
        .setMaxWaitQueueSize(sink.maxInFlight() * sink.stream().partitions().size());
  }
}
