package penstock.redis;

import io.quarkus.redis.runtime.client.config.NetConfig;
import io.quarkus.redis.runtime.client.config.RedisClientConfig;
import io.quarkus.redis.runtime.client.config.TlsConfig;
import io.vertx.redis.client.ProtocolVersion;
import io.vertx.redis.client.RedisClientType;
import io.vertx.redis.client.RedisClusterTransactions;
import io.vertx.redis.client.RedisReplicas;
import io.vertx.redis.client.RedisRole;
import io.vertx.redis.client.RedisTopology;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * How one server is spoken to: as Quarkus is configured, but for which server it is, and with which
 * password.
 */
record ServerSettings(RedisClientConfig common, URI uri, Optional<String> password)
    implements RedisClientConfig {

  @Override
  public Optional<Set<URI>> hosts() {
    return Optional.of(Set.of(uri));
  }

  @Override
  public RedisClientType clientType() {
    return RedisClientType.STANDALONE;
  }

  @Override
  public boolean active() {
    return common.active();
  }

  @Override
  public Optional<String> hostsProviderName() {
    return Optional.empty();
  }

  @Override
  public Duration timeout() {
    return common.timeout();
  }

  @Override
  public Optional<String> masterName() {
    return Optional.empty();
  }

  @Override
  public Optional<RedisRole> role() {
    return Optional.empty();
  }

  @Override
  public Optional<RedisReplicas> replicas() {
    return Optional.empty();
  }

  @Override
  public int maxPoolSize() {
    return common.maxPoolSize();
  }

  @Override
  public int maxPoolWaiting() {
    return common.maxPoolWaiting();
  }

  @Override
  public Optional<Duration> poolCleanerInterval() {
    return common.poolCleanerInterval();
  }

  @Override
  public Optional<Duration> poolRecycleTimeout() {
    return common.poolRecycleTimeout();
  }

  @Override
  public int maxWaitingHandlers() {
    return common.maxWaitingHandlers();
  }

  @Override
  public int maxNestedArrays() {
    return common.maxNestedArrays();
  }

  @Override
  public int reconnectAttempts() {
    return common.reconnectAttempts();
  }

  @Override
  public Duration reconnectInterval() {
    return common.reconnectInterval();
  }

  @Override
  public boolean protocolNegotiation() {
    return common.protocolNegotiation();
  }

  @Override
  public Optional<ProtocolVersion> preferredProtocolVersion() {
    return common.preferredProtocolVersion();
  }

  @Override
  @SuppressWarnings("removal")
  public Duration hashSlotCacheTtl() {
    return common.hashSlotCacheTtl();
  }

  @Override
  public Optional<Duration> topologyCacheTtl() {
    return common.topologyCacheTtl();
  }

  @Override
  public boolean autoFailover() {
    return false;
  }

  @Override
  public Optional<RedisTopology> topology() {
    return Optional.empty();
  }

  @Override
  public Optional<RedisClusterTransactions> clusterTransactions() {
    return Optional.empty();
  }

  @Override
  public NetConfig tcp() {
    return common.tcp();
  }

  @Override
  public TlsConfig tls() {
    return common.tls();
  }

  @Override
  public Optional<String> clientName() {
    return common.clientName();
  }

  @Override
  public Boolean configureClientName() {
    return common.configureClientName();
  }

  @Override
  public Optional<String> tlsConfigurationName() {
    return common.tlsConfigurationName();
  }
}
