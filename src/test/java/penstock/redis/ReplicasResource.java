package penstock.redis;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import penstock.Ports;

/**
 * Gives the application under test a master and two replicas, without sentinels: a test is the
 * operator that promotes one. They speak TLS, and know users ({@link RedisSecurity}). A field of
 * type {@link Servers} of the test is set to them.
 */
public final class ReplicasResource implements QuarkusTestResourceLifecycleManager {

  private static final int REPLICAS = 2;

  /** The first one is the master at first. */
  public record Servers(List<RedisServer> all, List<Integer> tlsPorts) {

    public RedisServer master() {
      return all.stream().filter(Servers::isMaster).findFirst().orElseThrow();
    }

    /** Has one replicate another. */
    public void follow(RedisServer replica, RedisServer master) {
      replica.ask("REPLICAOF", "127.0.0.1", tlsPorts.get(all.indexOf(master)));
    }

    public List<RedisServer> replicas() {
      return all.stream().filter(one -> !isMaster(one)).toList();
    }

    static boolean isMaster(RedisServer server) {
      return ((List<?>) server.ask("ROLE")).getFirst().equals("master");
    }
  }

  private final List<RedisServer> servers = new ArrayList<>();
  private final List<Integer> tlsPorts = new ArrayList<>();

  @Override
  public Map<String, String> start() {
    var security = new RedisSecurity();
    for (int i = 0; i <= REPLICAS; i++) {
      int tlsPort = Ports.free();
      List<String> options = new ArrayList<>(List.of("--repl-diskless-sync-delay", "0"));
      options.addAll(security.tls(tlsPort));
      options.addAll(RedisSecurity.users());
      if (i > 0) {
        options.addAll(List.of("--replicaof", "127.0.0.1", "" + tlsPorts.getFirst()));
      }
      servers.add(RedisServer.start(options.toArray(String[]::new)));
      tlsPorts.add(tlsPort);
    }
    Map<String, String> config = new HashMap<>(security.config());
    config.put("quarkus.redis.client-type", "replication");
    config.put(
        "quarkus.redis.hosts",
        tlsPorts.stream().map(RedisSecurity::uri).collect(Collectors.joining(",")));
    return config;
  }

  @Override
  public void inject(TestInjector injector) {
    injector.injectIntoFields(
        new Servers(servers, tlsPorts), new TestInjector.MatchesType(Servers.class));
  }

  @Override
  public void stop() {
    servers.forEach(RedisServer::close);
  }
}
