package penstock.tenant;

import io.quarkus.runtime.Startup;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.impl.ContextInternal;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;
import penstock.http.Namespace;
import penstock.redis.Keys;
import penstock.redis.RedisLink;
import penstock.redis.RedisLinks;
import penstock.security.AuthConfig;

/**
 * The limits of tenants. Nothing is kept of a tenant without limits, and nothing is asked. Any
 * thread.
 */
@Startup
@ApplicationScoped
public class Tenants {

  /**
   * Of whom it is remembered what they have left, about 300 bytes each. Beyond it all is forgotten,
   * by which each may have a slice more.
   */
  private static final int MOST_KNOWN = 100_000;

  private static final Future<Void> TAKEN = Future.succeededFuture();

  private final Vertx vertx;
  private final Keys keys;
  private final TenantMonitor monitor;
  private final RefusalMeters meters;
  private final Duration slice;
  private final TenantLimits limits;
  private final Map<String, TenantLimits> overrides = new HashMap<>();
  private final @Nullable RedisLink link;
  private final ConcurrentMap<String, TenantQuota> quotas = new ConcurrentHashMap<>();

  @Inject
  Tenants(
      Vertx vertx,
      AuthConfig auth,
      TenantsConfig config,
      RedisLinks links,
      Keys keys,
      TenantMonitor monitor,
      RefusalMeters meters) {
    this.vertx = vertx;
    this.keys = keys;
    this.monitor = monitor;
    this.meters = meters;
    this.slice = positive("slice", config.slice());
    positive("count-interval", config.countInterval());
    this.limits = TenantLimits.of("penstock.tenants.limits", config.limits(), TenantLimits.NONE);
    config
        .overrides()
        .forEach(
            (tenant, own) -> {
              String property = "penstock.tenants.overrides." + tenant;
              try {
                Namespace.of(tenant);
              } catch (IllegalArgumentException broken) {
                throw new ConfigurationException(
                    property + ": " + broken.getMessage() + ".", Set.of(property));
              }
              overrides.put(tenant, TenantLimits.of(property, own, limits));
            });
    boolean on = AuthConfig.hasTenants(auth);
    boolean rates = limits.hasRate() || overrides.values().stream().anyMatch(TenantLimits::hasRate);
    boolean counts =
        limits.hasCount() || overrides.values().stream().anyMatch(TenantLimits::hasCount);
    this.link = on && rates ? links.open("tenants") : null;
    if (on && counts) {
      monitor.begin();
    }
  }

  private static Duration positive(String name, Duration value) {
    if (value.toMillis() < 1) {
      String property = "penstock.tenants." + name;
      throw new ConfigurationException(property + " must be at least 1ms.", Set.of(property));
    }
    return value;
  }

  /**
   * Refuses an append that will be refused, as far as that is known before its body is read.
   *
   * @throws penstock.problem.ProblemException it will
   */
  public void check(Namespace space) {
    TenantQuota quota = quota(space);
    if (quota != null) {
      quota.check();
    }
  }

  /**
   * Takes what an append needs. Completes on the caller's event loop, as a rule at once; fails with
   * a problem if it is not there, and as {@link RedisLink} says.
   *
   * @param waiting how many of the events are to wait
   */
  public Future<Void> take(Namespace space, int events, long bytes, int waiting) {
    TenantQuota quota = quota(space);
    return quota == null ? TAKEN : quota.take(events, bytes, waiting);
  }

  /** How many readers of feeds a tenant may have here. */
  public long mostSubscribers(Namespace space) {
    TenantQuota quota = quota(space);
    return quota == null ? Long.MAX_VALUE : quota.mostSubscribers();
  }

  /** To be called when one of them was refused. */
  public void refusedSubscriber() {
    meters.refused(RefusalMeters.Kind.SUBSCRIBERS);
  }

  /** Null if there is nothing that could be refused. */
  private @Nullable TenantQuota quota(Namespace space) {
    if (space.isNone()) {
      return null;
    }
    TenantLimits own = overrides.getOrDefault(space.tenant(), limits);
    if (own.equals(TenantLimits.NONE)) {
      return null;
    }
    TenantQuota known = quotas.get(space.tenant());
    if (known != null) {
      return known;
    }
    if (quotas.size() >= MOST_KNOWN) {
      quotas.clear();
    }
    return quotas.computeIfAbsent(space.tenant(), tenant -> quota(tenant, own));
  }

  private TenantQuota quota(String tenant, TenantLimits own) {
    RateQuota rate = null;
    RedisLink over = link;
    if (over != null && own.hasRate()) {
      var bucket = new TokenBucket(keys.tenantRate(tenant), own, over);
      rate =
          new RateQuota(
              own,
              slice,
              bucket::take,
              () -> ((ContextInternal) vertx.getOrCreateContext()).promise(),
              System::nanoTime);
    }
    return new TenantQuota(tenant, own, rate, monitor, meters);
  }
}
