package penstock.redis;

import static penstock.Patience.await;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import penstock.Ports;
import penstock.Tool;
import penstock.redis.cluster.HashSlot;

/**
 * A real Redis Cluster for tests: servers of their own ports and directories, that hear of each
 * other's death within about a second. What a test knows of it, it asks the servers.
 */
public final class RedisCluster implements AutoCloseable {

  /** After which a node that does not answer counts as gone, for the others and for itself. */
  private static final int NODE_TIMEOUT_MILLIS = 1_000;

  private static final int BUS_PORT_OFFSET = 10_000;
  private static final int LOWEST_OUTGOING_PORT = 32_768;

  private final List<RedisServer> servers = new ArrayList<>();
  private final @Nullable NetworkHosts hosts;
  private final @Nullable RedisSecurity security;
  private final boolean oldest;
  private final String[] options;

  /** Where servers speak TLS, if they do. */
  private final Map<RedisServer, Integer> tlsPorts = new HashMap<>();

  private RedisCluster(
      @Nullable NetworkHosts hosts,
      @Nullable RedisSecurity security,
      boolean oldest,
      String... options) {
    this.hosts = hosts;
    this.security = security;
    this.oldest = oldest;
    this.options = options;
  }

  /**
   * Starts it, and returns when all its slots are served and all replicas follow.
   *
   * @param masters share the slots evenly
   * @param replicas of each of them
   * @param options of each server, with its value
   */
  public static RedisCluster start(int masters, int replicas, String... options) {
    return start(new RedisCluster(null, null, false, options), masters, replicas);
  }

  /**
   * The same.
   *
   * @param security by which servers speak TLS and know users, if it is given
   * @param oldest of the oldest version that Penstock supports, instead of the one on the PATH
   */
  static RedisCluster start(
      @Nullable RedisSecurity security, boolean oldest, int masters, int replicas) {
    return start(new RedisCluster(null, security, oldest), masters, replicas);
  }

  /** Whether {@link #startApart} can do so here. */
  public static boolean canBeApart() {
    return Tool.makesNetworkNamespaces();
  }

  /** As {@link #start}, each server on a host of its own, so that links between them can be cut. */
  public static RedisCluster startApart(int masters, int replicas, String... options) {
    var hosts = new NetworkHosts(masters * (1 + replicas));
    try {
      return start(new RedisCluster(hosts, null, false, options), masters, replicas);
    } catch (RuntimeException e) {
      hosts.close();
      throw e;
    }
  }

  private static RedisCluster start(RedisCluster cluster, int masters, int replicas) {
    for (int i = 0; i < masters * (1 + replicas); i++) {
      cluster.servers.add(cluster.newServer());
    }
    for (int i = 0; i < masters; i++) {
      RedisServer master = cluster.servers.get(i);
      master.ask("CLUSTER", "SET-CONFIG-EPOCH", i + 1);
      addSlots(master, HashSlot.COUNT * i / masters, HashSlot.COUNT * (i + 1) / masters);
    }
    cluster.servers.stream().skip(1).forEach(cluster::meet);
    cluster.awaitAllKnown();
    for (int i = masters; i < cluster.servers.size(); i++) {
      cluster.replicate(cluster.servers.get(i), cluster.servers.get(i % masters));
    }
    cluster.awaitSound();
    return cluster;
  }

  /** One by one, since Redis 6.2 knows no ranges. */
  private static void addSlots(RedisServer master, int from, int to) {
    master.ask(
        Stream.concat(Stream.of("CLUSTER", "ADDSLOTS"), IntStream.range(from, to).boxed())
            .toArray());
  }

  /**
   * A server that is none of a cluster, and so can be made a replica of another that is none: all
   * slots are noted as its own for when it is one.
   */
  public static RedisServer nodeToBe() {
    RedisServer node = new RedisCluster(null, null, false).newServer();
    addSlots(node, 0, HashSlot.COUNT);
    node.stop();
    node.startAgain("--cluster-enabled", "no");
    return node;
  }

  /**
   * A cluster of one node, with what it has, and all slots.
   *
   * @param node of {@link #nodeToBe}; it is stopped and started again
   */
  public static RedisCluster of(RedisServer node) {
    var cluster = new RedisCluster(null, null, false);
    cluster.servers.add(node);
    node.stop();
    node.startAgain("--cluster-enabled", "yes");
    cluster.awaitSound();
    return cluster;
  }

  private RedisServer newServer() {
    List<String> all =
        new ArrayList<>(
            List.of(
                "--cluster-enabled",
                "yes",
                "--cluster-node-timeout",
                "" + NODE_TIMEOUT_MILLIS,
                "--cluster-require-full-coverage",
                "no",
                // A master that has no slots any more stays one.
                "--cluster-allow-replica-migration",
                "no",
                "--repl-diskless-sync-delay",
                "0"));
    all.addAll(Arrays.asList(options));
    if (!oldest) {
      all.addAll(List.of("--cluster-port", "" + Ports.free()));
    }
    if (security == null) {
      String[] each = all.toArray(String[]::new);
      return hosts == null ? RedisServer.start(each) : RedisServer.startOn(servers.size(), each);
    }
    int tlsPort = oldest ? portWithBusPort() : Ports.free();
    all.addAll(security.tls(tlsPort));
    all.addAll(List.of("--tls-cluster", "yes"));
    all.addAll(RedisSecurity.users("+cluster|nodes +cluster|replicas +asking +readonly"));
    String[] each = all.toArray(String[]::new);
    RedisServer started = oldest ? RedisServer.startBundled(each) : RedisServer.start(each);
    tlsPorts.put(started, tlsPort);
    return started;
  }

  /** Of Redis 6.2, whose other port cannot be chosen, and must be none of outgoing connections. */
  private static int portWithBusPort() {
    return IntStream.generate(Ports::free)
        .filter(port -> port + BUS_PORT_OFFSET < LOWEST_OUTGOING_PORT)
        .findFirst()
        .orElseThrow();
  }

  private void meet(RedisServer other) {
    RedisServer first = servers.getFirst();
    List<Object> command =
        new ArrayList<>(List.of("CLUSTER", "MEET", other.address(), announced(other)));
    if (!oldest) {
      command.add(busPort(other));
    }
    first.ask(command.toArray());
  }

  /** The port by which it is known to others. */
  private int announced(RedisServer server) {
    return tlsPorts.getOrDefault(server, server.port());
  }

  private static String busPort(RedisServer server) {
    return ((List<?>) server.ask("CONFIG", "GET", "cluster-port")).get(1).toString();
  }

  private void awaitAllKnown() {
    await().until(() -> running().allMatch(one -> known(one) == servers.size()));
  }

  private static long known(RedisServer server) {
    return nodesOf(server).filter(line -> !line.contains("handshake")).count();
  }

  private static Stream<String> nodesOf(RedisServer server) {
    return String.valueOf(server.ask("CLUSTER", "NODES")).lines();
  }

  private void replicate(RedisServer replica, RedisServer master) {
    await()
        .ignoreExceptions()
        .until(() -> "OK".equals(replica.ask("CLUSTER", "REPLICATE", id(master))));
  }

  /** All that run agree on who has which slot, each slot is served and replicas follow. */
  public void awaitSound() {
    await()
        .ignoreExceptions()
        .until(
            () ->
                running().allMatch(RedisCluster::isSound)
                    && running().map(RedisCluster::slots).distinct().count() == 1);
  }

  /** A server says of another one what that one says: its configuration epoch, and its slots. */
  void awaitHeard(RedisServer of, RedisServer by) {
    String id = id(of);
    await().until(() -> said(id, by).equals(said(id, of)));
  }

  private static List<String> said(String id, RedisServer by) {
    return nodesOf(by)
        .map(line -> List.of(line.split(" ")))
        .filter(words -> words.getFirst().equals(id))
        .map(words -> Stream.concat(Stream.of(words.get(6)), words.stream().skip(8)).toList())
        .findFirst()
        .orElseThrow();
  }

  private static boolean isSound(RedisServer server) {
    String info = String.valueOf(server.ask("CLUSTER", "INFO"));
    String replication = String.valueOf(server.ask("INFO", "replication"));
    return info.contains("cluster_state:ok")
        && info.contains("cluster_slots_ok:" + HashSlot.COUNT)
        && (replication.contains("role:master") || replication.contains("master_link_status:up"));
  }

  private static String slots(RedisServer server) {
    return nodesOf(server)
        .map(line -> line.split(" "))
        .filter(words -> words.length > 8)
        .map(words -> words[0] + Arrays.asList(words).subList(8, words.length))
        .sorted()
        .collect(Collectors.joining(" "));
  }

  private Stream<RedisServer> running() {
    return servers.stream().filter(RedisServer::isRunning);
  }

  public List<RedisServer> servers() {
    return servers;
  }

  /** For {@code quarkus.redis.hosts}. */
  public String hosts() {
    return servers.stream()
        .map(one -> tlsPorts.containsKey(one) ? RedisSecurity.uri(announced(one)) : one.uri())
        .collect(Collectors.joining(","));
  }

  /** The id by which the nodes know it. */
  public static String id(RedisServer server) {
    return String.valueOf(server.ask("CLUSTER", "MYID"));
  }

  /** The master that has the slot of a key, as the others say. */
  public RedisServer masterOf(String key) {
    int slot = slot(key);
    return await()
        .ignoreExceptions()
        .until(
            () -> running().filter(one -> isOwn(one, slot)).findFirst().orElseThrow(),
            found -> true);
  }

  /** Of a slot. */
  public static int slot(String key) {
    return HashSlot.of(key.getBytes(java.nio.charset.StandardCharsets.UTF_8));
  }

  private static boolean isOwn(RedisServer server, int slot) {
    return nodesOf(server)
        .map(line -> line.split(" "))
        .filter(words -> words[2].contains("myself") && words[2].contains("master"))
        .flatMap(words -> Arrays.stream(words).skip(8))
        .filter(range -> !range.startsWith("["))
        .map(range -> range.split("-"))
        .anyMatch(
            ends ->
                Integer.parseInt(ends[0]) <= slot
                    && slot <= Integer.parseInt(ends[ends.length - 1]));
  }

  /** The name of a key, of no use to anybody, that a master has. */
  public String anyKeyOf(RedisServer master) {
    return Stream.iterate(0, i -> i + 1)
        .map(i -> "test:" + i)
        .filter(key -> isOwn(master, slot(key)))
        .findFirst()
        .orElseThrow();
  }

  /** Masters, without those that do not run. */
  public List<RedisServer> masters() {
    return running()
        .filter(one -> String.valueOf(one.ask("INFO", "replication")).contains("role:master"))
        .toList();
  }

  /** The replicas of a master that follow it now. */
  public List<RedisServer> replicasOf(RedisServer master) {
    return running()
        .filter(
            one ->
                String.valueOf(one.ask("INFO", "replication"))
                    .contains("master_port:" + announced(master)))
        .toList();
  }

  /** A command for a key, to whoever has it; see {@link RedisConversation#ask}. */
  public @Nullable Object ask(String key, Object... command) {
    return masterOf(key).ask(command);
  }

  /** One more server, which has no slots yet. */
  public RedisServer add() {
    RedisServer added = newServer();
    servers.add(added);
    meet(added);
    awaitAllKnown();
    awaitSound();
    return added;
  }

  /** Takes a server out that has no slots, and ends it. */
  public void remove(RedisServer server) {
    String id = id(server);
    servers.remove(server);
    server.close();
    running().forEach(one -> one.ask("CLUSTER", "FORGET", id));
  }

  /** One more server, which has what a master has. */
  public RedisServer addReplica(RedisServer master) {
    RedisServer added = add();
    replicate(added, master);
    awaitSound();
    return added;
  }

  /** Gives all masters the same number of slots, as an operator does. */
  public void rebalance() {
    Tool.run(
        "redis-cli",
        "--cluster",
        "rebalance",
        servers.getFirst().address() + ":" + servers.getFirst().port(),
        "--cluster-use-empty-masters");
  }

  /** Nothing gets from one of them to the other any more; clients reach both as before. */
  public void cut(RedisServer one, RedisServer other) {
    apart().cut(one.host(), other.host());
  }

  /** The same of this one and all others. */
  public void cutOff(RedisServer one) {
    servers.stream().filter(other -> other != one).forEach(other -> cut(one, other));
  }

  /** All of them reach each other again. */
  public void heal() {
    apart().heal();
  }

  private NetworkHosts apart() {
    if (hosts == null) {
      throw new IllegalStateException("the servers are on one host");
    }
    return hosts;
  }

  /** Moves slots from one master to another, as an operator does. */
  public void reshard(RedisServer from, RedisServer to, int slots) {
    Tool.run(
        "redis-cli",
        "--cluster",
        "reshard",
        from.address() + ":" + from.port(),
        "--cluster-from",
        id(from),
        "--cluster-to",
        id(to),
        "--cluster-slots",
        "" + slots,
        "--cluster-yes");
  }

  /** Moves one slot, a key at a time; what is to be done half-way is done then. */
  public void migrate(int slot, RedisServer from, RedisServer to, Runnable halfWay) {
    to.ask("CLUSTER", "SETSLOT", slot, "IMPORTING", id(from));
    from.ask("CLUSTER", "SETSLOT", slot, "MIGRATING", id(to));
    List<?> keys = keys(from, slot);
    int done = 0;
    for (Object key : keys) {
      if (done++ == (keys.size() + 1) / 2) {
        halfWay.run();
      }
      move(from, to, key);
    }
    // What was made meanwhile.
    await()
        .until(
            () -> {
              keys(from, slot).forEach(key -> move(from, to, key));
              return keys(from, slot).isEmpty();
            });
    to.ask("CLUSTER", "SETSLOT", slot, "NODE", id(to));
    from.ask("CLUSTER", "SETSLOT", slot, "NODE", id(to));
  }

  /** Whether servers can move slots at once, as Valkey 9 does. */
  public boolean movesAtOnce() {
    return String.valueOf(servers.getFirst().ask("CLUSTER", "HELP")).contains("MIGRATESLOTS");
  }

  /** Has one slot moved at once: until then it is here whole, and then there. */
  public void moveAtOnce(int slot, RedisServer from, RedisServer to) {
    from.ask("CLUSTER", "MIGRATESLOTS", "SLOTSRANGE", slot, slot, "NODE", id(to));
    await().until(() -> isOwn(to, slot) && !isOwn(from, slot));
  }

  private static List<?> keys(RedisServer of, int slot) {
    return (List<?>) of.ask("CLUSTER", "GETKEYSINSLOT", slot, 10_000);
  }

  private void move(RedisServer from, RedisServer to, Object key) {
    from.ask("MIGRATE", to.address(), announced(to), key, 0, 10_000);
  }

  @Override
  public void close() {
    servers.forEach(RedisServer::close);
    if (hosts != null) {
      hosts.close();
    }
  }
}
