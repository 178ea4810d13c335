package penstock.cluster;

import static penstock.Patience.await;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import penstock.Ports;
import penstock.redis.RedisConversation;
import penstock.redis.RedisSecurity;
import penstock.redis.RedisServer;

/**
 * Gives the application under test a master and two replicas with three sentinels. All speak TLS,
 * and each logs in to the others as a user with just the rights that docs/scaling.md names. A field
 * of type {@link Sentinels} of the test is set to them.
 */
public final class SecuredSentinelsResource implements QuarkusTestResourceLifecycleManager {

  private static final String NAME = "penstock";
  private static final int SERVERS = 3;
  private static final int SENTINELS = 3;

  /** Whom the sentinels log in as, at servers. */
  private static final String WATCHER = "watcher";

  /** Whom the service logs in as, at sentinels. */
  private static final String ASKER = "asker";

  /**
   * What the test does with them.
   *
   * @param ports at which the sentinels speak plain text, for tests
   */
  record Sentinels(List<RedisServer> servers, List<Integer> ports) {

    Object ask(int sentinel, Object... command) {
      try (var conversation = new RedisConversation(ports.get(sentinel))) {
        return String.valueOf(conversation.ask(command));
      }
    }

    RedisServer master() {
      return servers.stream()
          .filter(one -> String.valueOf(one.ask("ROLE")).startsWith("[master"))
          .findFirst()
          .orElseThrow();
    }

    /** Whether all connections of the service to each of them are its user's. */
    boolean areAskedByTheirUser() {
      for (int i = 0; i < ports.size(); i++) {
        if (!RedisSecurity.isOnly(ASKER, String.valueOf(ask(i, "CLIENT", "LIST")))) {
          return false;
        }
      }
      return true;
    }

    private boolean knowAll() {
      for (int i = 0; i < ports.size(); i++) {
        String known = String.valueOf(ask(i, "SENTINEL", "MASTER", NAME));
        if (!known.contains("num-other-sentinels, " + (SENTINELS - 1))
            || !known.contains("num-slaves, " + (SERVERS - 1))) {
          return false;
        }
      }
      return true;
    }
  }

  private final List<RedisServer> servers = new ArrayList<>();
  private final List<SupervisedProcess> processes = new ArrayList<>();
  private final List<Integer> ports = new ArrayList<>();

  @Override
  public Map<String, String> start() {
    var security = new RedisSecurity();
    int first = 0;
    for (int i = 0; i < SERVERS; i++) {
      int tlsPort = Ports.free();
      List<String> options = new ArrayList<>(List.of("--repl-diskless-sync-delay", "0"));
      options.addAll(security.tls(tlsPort));
      options.addAll(RedisSecurity.users());
      options.addAll(
          RedisSecurity.user(
              WATCHER,
              "allchannels -@all +multi +slaveof +ping +exec +subscribe +config|rewrite +role"
                  + " +publish +info +client|setname +client|kill +script|kill"));
      if (i == 0) {
        first = tlsPort;
      } else {
        options.addAll(List.of("--replicaof", "127.0.0.1", "" + first));
      }
      servers.add(RedisServer.start(options.toArray(String[]::new)));
    }
    List<Integer> tlsPorts = new ArrayList<>();
    for (int i = 0; i < SENTINELS; i++) {
      tlsPorts.add(startSentinel(i, security, first));
    }
    await().ignoreExceptions().until(() -> new Sentinels(servers, ports).knowAll());
    Map<String, String> config = new HashMap<>(security.config());
    config.put("quarkus.redis.client-type", "sentinel");
    config.put("quarkus.redis.master-name", NAME);
    config.put(
        "quarkus.redis.hosts",
        tlsPorts.stream().map(RedisSecurity::uri).collect(Collectors.joining(",")));
    config.put("penstock.redis.sentinel.username", ASKER);
    config.put("penstock.redis.sentinel.password", "secret");
    return config;
  }

  private int startSentinel(int number, RedisSecurity security, int master) {
    int tlsPort = Ports.free();
    int port = Ports.free();
    try {
      Path directory = Files.createTempDirectory("penstock-sentinel-").toRealPath();
      Path config = directory.resolve("sentinel.conf");
      List<String> lines =
          new ArrayList<>(
              List.of(
                  "port " + port,
                  "bind 127.0.0.1",
                  "dir " + directory,
                  "sentinel monitor " + NAME + " 127.0.0.1 " + master + " 2",
                  "sentinel auth-user " + NAME + " " + WATCHER,
                  "sentinel auth-pass " + NAME + " secret",
                  "sentinel down-after-milliseconds " + NAME + " 3000",
                  "sentinel failover-timeout " + NAME + " 10000",
                  "sentinel parallel-syncs " + NAME + " 2",
                  "user "
                      + ASKER
                      + " on >secret allchannels -@all +sentinel|master"
                      + " +sentinel|get-master-addr-by-name +sentinel|replicas +hello +auth"
                      + " +client|setname +ping"));
      List<String> options = security.tls(tlsPort);
      for (int i = 0; i < options.size(); i += 2) {
        lines.add(options.get(i).substring(2) + " " + options.get(i + 1));
      }
      Files.write(config, lines);
      var process = new SupervisedProcess("a sentinel", directory.resolve("sentinel.log"));
      process.start(List.of("redis-server", config.toString(), "--sentinel"));
      processes.add(process);
      ports.add(port);
      return tlsPort;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void inject(TestInjector injector) {
    injector.injectIntoFields(
        new Sentinels(servers, ports), new TestInjector.MatchesType(Sentinels.class));
  }

  @Override
  public void stop() {
    processes.forEach(SupervisedProcess::kill);
    servers.forEach(RedisServer::close);
  }
}
