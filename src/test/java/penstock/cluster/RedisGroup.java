package penstock.cluster;

import static penstock.Patience.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import penstock.redis.RedisConversation;
import penstock.redis.RedisServer;
import penstock.redis.embedded.ServerProcess;

/**
 * A master and two replicas, with three sentinels that watch them or none: processes of their own,
 * as operators have them. The replicas and the sentinels log in with users of their own, so that
 * each can be cut off from a server that others still reach.
 */
final class RedisGroup implements AutoCloseable {

  /** How the sentinels know the master. */
  static final String NAME = "penstock";

  private static final int SERVERS = 3;
  private static final int SENTINELS = 3;
  private static final int QUORUM = 2;

  /** Whom the replicas log in as. */
  private static final String FOLLOWER = "follower";

  /** Whom the sentinels log in as. */
  private static final String WATCHER = "watcher";

  /** Whom the service logs in as, at servers. */
  private static final String SERVICE = "service";

  /** Whom the service logs in as, at sentinels. */
  private static final String ASKER = "asker";

  /** Long, so that nobody counts as down for what else a busy machine does. */
  private static final Duration DOWN_AFTER = Duration.ofSeconds(3);

  private final List<RedisServer> servers = new ArrayList<>();
  private final List<SupervisedProcess> sentinels = new ArrayList<>();
  private final List<Integer> sentinelPorts = new ArrayList<>();
  private final Path directory;
  private final Duration downAfter;

  /**
   * Starts all, and waits until they know each other.
   *
   * @param sentinels whether there are some
   * @param options of the servers
   */
  RedisGroup(boolean sentinels, String... options) {
    this(sentinels, DOWN_AFTER, options);
  }

  /**
   * As the other one.
   *
   * @param downAfter how long a server does not answer until sentinels take it for down
   */
  RedisGroup(boolean sentinels, Duration downAfter, String... options) {
    this.downAfter = downAfter;
    try {
      Path logs = Files.createDirectories(Path.of("target", "cluster"));
      directory = Files.createTempDirectory(logs, "group-").toRealPath();
      servers.add(RedisServer.start(options(0, options)));
      for (int i = 1; i < SERVERS; i++) {
        servers.add(RedisServer.start(options(servers.getFirst().port(), options)));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    awaitReplicas(servers.getFirst());
    if (sentinels) {
      startSentinels();
    }
  }

  /** Has sentinels watch the first server, which is the master. */
  void startSentinels() {
    try {
      for (int i = 0; i < SENTINELS; i++) {
        startSentinel(i);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    await().ignoreExceptions().until(this::sentinelsKnowAll);
  }

  /** What a server needs that is to be a master or a replica of such a group. */
  static String[] options(int master, String... further) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "--repl-diskless-sync",
                "yes",
                "--repl-diskless-sync-delay",
                "0",
                "--repl-timeout",
                "10",
                "--masteruser",
                FOLLOWER,
                "--masterauth",
                "secret"));
    for (String user : List.of(FOLLOWER, WATCHER, SERVICE)) {
      all.addAll(List.of("--user", user, "on", ">secret", "~*", "&*", "+@all"));
    }
    if (master != 0) {
      all.addAll(List.of("--replicaof", "127.0.0.1", Integer.toString(master)));
    }
    all.addAll(List.of(further));
    return all.toArray(String[]::new);
  }

  private void startSentinel(int number) throws IOException {
    int port = ServerProcess.freePort();
    Path config = directory.resolve("sentinel-" + number + ".conf");
    Files.writeString(
        config,
        String.join(
            "\n",
            "port " + port,
            "bind 127.0.0.1",
            "dir " + directory,
            "sentinel monitor " + NAME + " 127.0.0.1 " + servers.getFirst().port() + " " + QUORUM,
            "sentinel auth-user " + NAME + " " + WATCHER,
            "sentinel auth-pass " + NAME + " secret",
            "sentinel down-after-milliseconds " + NAME + " " + downAfter.toMillis(),
            "sentinel failover-timeout " + NAME + " 10000",
            "sentinel parallel-syncs " + NAME + " 2",
            "user " + ASKER + " on >asked allchannels -@all +@connection +sentinel",
            ""));
    var process =
        new SupervisedProcess("a sentinel", directory.resolve("sentinel-" + number + ".log"));
    process.start(List.of("redis-server", config.toString(), "--sentinel"));
    sentinels.add(process);
    sentinelPorts.add(port);
  }

  /** Whether each has heard of the others and of the replicas. */
  private boolean sentinelsKnowAll() {
    for (int i = 0; i < SENTINELS; i++) {
      Map<String, String> known = told(i);
      if (!known.get("num-other-sentinels").equals("" + (SENTINELS - 1))
          || !known.get("num-slaves").equals("" + (SERVERS - 1))) {
        return false;
      }
    }
    return true;
  }

  private Map<String, String> told(int sentinel) {
    List<?> words = (List<?>) askPort(sentinelPorts.get(sentinel), "SENTINEL", "MASTER", NAME);
    return Stream.iterate(0, i -> i + 1 < words.size(), i -> i + 2)
        .collect(Collectors.toMap(i -> "" + words.get(i), i -> "" + words.get(i + 1)));
  }

  private static Object askPort(int port, Object... command) {
    try (var conversation = new RedisConversation(port)) {
      return conversation.ask(command);
    }
  }

  /** The service's properties that lead to it. */
  Map<String, String> config() {
    return sentinels.isEmpty()
        ? Map.of(
            "quarkus.redis.client-type",
            "replication",
            "quarkus.redis.hosts",
            servers.stream().map(RedisServer::uri).collect(Collectors.joining(",")))
        : Map.of(
            "quarkus.redis.client-type",
            "sentinel",
            "quarkus.redis.master-name",
            NAME,
            "quarkus.redis.hosts",
            sentinelPorts.stream()
                .map(port -> "redis://" + SERVICE + ":secret@127.0.0.1:" + port)
                .collect(Collectors.joining(",")),
            "penstock.redis.sentinel.username",
            ASKER,
            "penstock.redis.sentinel.password",
            "asked");
  }

  /** Whether there is a connection of the service, logged in as itself, to each that it needs. */
  boolean isServiceLoggedIn(RedisServer master) {
    return isLoggedIn(master.port(), SERVICE)
        && sentinelPorts.stream().allMatch(port -> isLoggedIn(port, ASKER));
  }

  private static boolean isLoggedIn(int port, String user) {
    return String.valueOf(askPort(port, "CLIENT", "LIST")).contains(" user=" + user + " ");
  }

  List<RedisServer> servers() {
    return servers;
  }

  List<SupervisedProcess> sentinels() {
    return sentinels;
  }

  /** The server that most of the sentinels take for the master. */
  RedisServer master() {
    return await()
        .ignoreExceptions()
        .until(
            () -> {
              List<String> ports = new ArrayList<>();
              for (int i = 0; i < SENTINELS; i++) {
                ports.add(told(i).get("port"));
              }
              return servers.stream()
                  .filter(one -> ports.stream().filter(("" + one.port())::equals).count() >= QUORUM)
                  .findFirst()
                  .orElse(null);
            },
            found -> found != null);
  }

  /** Waits until another than this one is the master and takes writes; returns it. */
  RedisServer awaitMasterAfter(RedisServer former) {
    return await()
        .ignoreExceptions()
        .until(
            () -> {
              RedisServer now = master();
              return now != former
                      && now.ask("ROLE") instanceof List<?> role
                      && role.getFirst().equals("master")
                  ? now
                  : null;
            },
            found -> found != null);
  }

  /** Waits until all servers run and follow one of them, which most sentinels know; returns it. */
  RedisServer awaitSettled() {
    return await()
        .ignoreExceptions()
        .until(
            () -> {
              RedisServer now = master();
              return follow(now) ? now : null;
            },
            found -> found != null);
  }

  /** Waits until all others that run follow this one and have what it has. */
  void awaitReplicas(RedisServer master) {
    await().ignoreExceptions().until(() -> follow(master));
  }

  private boolean follow(RedisServer master) {
    return servers.stream().allMatch(one -> one == master || follows(one, master));
  }

  static boolean follows(RedisServer one, RedisServer master) {
    List<?> role = (List<?>) one.ask("ROLE");
    return role.getFirst().equals("slave")
        && role.get(2).equals((long) master.port())
        && role.get(3).equals("connected");
  }

  /** Up to where a server has the bytes of its master, or its own. */
  static long offset(RedisServer one) {
    List<?> role = (List<?>) one.ask("ROLE");
    return (Long) (role.getFirst().equals("master") ? role.get(1) : role.get(4));
  }

  /**
   * A moment before which all that was acknowledged is in all replicas. They must follow the
   * master.
   */
  long replicated(RedisServer master) {
    long begin = System.nanoTime();
    await()
        .until(
            () -> {
              try (RedisConversation conversation = master.open()) {
                conversation.ask("SET", "replicated", begin);
                return conversation.ask("WAIT", SERVERS - 1, 1_000).equals((long) SERVERS - 1);
              }
            });
    return begin;
  }

  /** The replicas do not reach this one any more. */
  void cutReplicas(RedisServer master) {
    master.ask("ACL", "SETUSER", FOLLOWER, "off");
    master.ask("CLIENT", "KILL", "TYPE", "replica");
  }

  /** The sentinels do not reach this one any more. */
  void cutSentinels(RedisServer master) {
    master.ask("ACL", "SETUSER", WATCHER, "off");
    master.ask("CLIENT", "KILL", "USER", WATCHER);
    // as nobody in particular they could still make it a replica
    master.ask("ACL", "SETUSER", "default", "-@all", "+acl", "+role");
  }

  /** All reach it again. */
  void heal(RedisServer server) {
    server.ask("ACL", "SETUSER", "default", "+@all");
    server.ask("ACL", "SETUSER", FOLLOWER, "on");
    server.ask("ACL", "SETUSER", WATCHER, "on");
  }

  @Override
  public void close() {
    sentinels.forEach(
        one -> {
          if (one.isRunning()) {
            one.resume();
            one.kill();
          }
        });
    servers.forEach(RedisServer::close);
  }
}
