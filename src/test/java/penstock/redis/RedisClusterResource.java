package penstock.redis;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Gives the application under test a cluster of three masters, each with a replica, or with as many
 * as the argument {@code replicas} says; with {@code secured}, of servers that speak TLS and know
 * users ({@link RedisSecurity}), with {@code oldest} of the oldest version that Penstock supports.
 * A field of type {@link RedisCluster} of the test is set to it.
 */
public final class RedisClusterResource implements QuarkusTestResourceLifecycleManager {

  private int replicas = 1;
  private boolean secured;
  private boolean oldest;
  private @Nullable RedisCluster cluster;

  @Override
  public void init(Map<String, String> arguments) {
    replicas = Integer.parseInt(arguments.getOrDefault("replicas", "1"));
    secured = Boolean.parseBoolean(arguments.get("secured"));
    oldest = Boolean.parseBoolean(arguments.get("oldest"));
  }

  @Override
  public Map<String, String> start() {
    RedisSecurity security = secured ? new RedisSecurity() : null;
    cluster = RedisCluster.start(security, oldest, 3, replicas);
    Map<String, String> config = new HashMap<>(security == null ? Map.of() : security.config());
    config.put("quarkus.redis.client-type", "cluster");
    config.put("quarkus.redis.hosts", cluster.hosts());
    return config;
  }

  @Override
  public void inject(TestInjector injector) {
    injector.injectIntoFields(cluster, new TestInjector.MatchesType(RedisCluster.class));
  }

  @Override
  public void stop() {
    if (cluster != null) {
      cluster.close();
    }
  }
}
