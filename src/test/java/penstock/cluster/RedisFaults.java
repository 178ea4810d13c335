package penstock.cluster;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import penstock.Patience;
import penstock.redis.RedisConversation;
import penstock.redis.RedisServer;

/** What befalls Redis and the data in it. One at a time. */
final class RedisFaults {

  private static final Duration SYNC_POLL = Duration.ofMillis(10);

  /** The file is written anew once all has come. */
  private static final Set<String> SYNCHRONISED =
      Set.of("master_link_status:up", "aof_rewrite_in_progress:0", "aof_rewrite_scheduled:0");

  private static final String WAIT_MILLIS = "5000";

  /**
   * Reads what goes, what the views have applied and what pull groups are at, and removes it, at
   * one moment.
   */
  private static final String TRIM =
      """
      local length, keep = redis.call('XLEN', KEYS[1]), tonumber(ARGV[1])
      local views = tonumber(ARGV[2])
      local gone = {}
      if length > keep then
        gone = redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', length - keep)
        redis.call('XTRIM', KEYS[1], 'MAXLEN', keep)
      end
      local applied = {}
      for i = 2, 1 + views do
        applied[i - 1] = redis.call('HGET', KEYS[i], 'applied') or '0-0'
      end
      local groups = {}
      for i = 2 + views, #KEYS, 3 do
        groups[#groups + 1] = {
          redis.call('HGET', KEYS[i], 'delivered') or '0-0',
          redis.call('ZRANGE', KEYS[i + 1], 0, -1), redis.call('ZRANGE', KEYS[i + 2], 0, -1),
        }
      end
      return {gone, applied, groups}
      """;

  private final Cluster cluster;
  private final FaultTarget target;
  private final Chronicle chronicle;
  private final Pause pause;
  private final Queue<Trim> trims = new ConcurrentLinkedQueue<>();
  private final Queue<Loss> losses = new ConcurrentLinkedQueue<>();

  RedisFaults(Cluster cluster, FaultTarget target, Chronicle chronicle, Pause pause) {
    this.cluster = cluster;
    this.target = target;
    this.chronicle = chronicle;
    this.pause = pause;
  }

  List<Trim> trims() {
    return List.copyOf(trims);
  }

  List<Loss> losses() {
    return List.copyOf(losses);
  }

  void perform(Fault fault, Random random) throws InterruptedException {
    RedisServer redis = cluster.redis();
    switch (fault) {
      case KILL_REDIS -> {
        redis.kill();
        pause.millis(0, 1_500, random);
        redis.startAgain();
      }
      case CLIENT_KILL -> killClients(redis, random);
      case CLIENT_PAUSE -> {
        int millis = 200 + random.nextInt(5_000);
        redis.ask("CLIENT", "PAUSE", millis, random.nextBoolean() ? "ALL" : "WRITE");
        pause.millis(millis, 0, random);
      }
      case SCRIPT_FLUSH -> redis.ask("SCRIPT", "FLUSH");
      case DESTROY_GROUP -> destroyGroup(redis, random);
      case DELETE_CONSUMER -> deleteConsumer(redis, random);
      case FULL -> {
        redis.ask("CONFIG", "SET", "maxmemory", "1");
        pause.millis(300, 2_500, random);
        redis.ask("CONFIG", "SET", "maxmemory", "0");
      }
      case TRIM -> trim(redis, random);
      case FLUSH_ALL -> {
        long begin = System.nanoTime();
        redis.flush();
        losses.add(Loss.ofAll(Loss.ALL, begin));
      }
      case DELETE_LOG -> {
        int partition = random.nextInt(target.partitions());
        long begin = System.nanoTime();
        redis.ask("DEL", target.events(partition));
        losses.add(Loss.ofAll(partition, begin));
      }
      case PROMOTE, ROLL_BACK -> {
        if (fault == Fault.PROMOTE) {
          promote(redis, random);
        } else {
          rollBack(redis, random);
        }
      }
      default -> throw new IllegalArgumentException(fault.toString());
    }
  }

  private String anyLog(Random random) {
    return target.events(random.nextInt(target.partitions()));
  }

  private String anyGroup(Random random) {
    List<String> groups = new ArrayList<>(target.groups());
    if (target.views()) {
      for (TestedView view : TestedView.values()) {
        groups.add(cluster.group(view));
      }
    }
    return groups.get(random.nextInt(groups.size()));
  }

  private static void killClients(RedisServer redis, Random random) {
    if (random.nextBoolean()) {
      redis.ask("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
      return;
    }
    try (RedisConversation conversation = redis.open()) {
      String me = String.valueOf(conversation.ask("CLIENT", "ID"));
      List<String> ids =
          String.valueOf(conversation.ask("CLIENT", "LIST", "TYPE", "normal"))
              .lines()
              .map(line -> line.replaceFirst("^id=(\\d+) .*", "$1"))
              .filter(id -> !id.equals(me))
              .toList();
      if (!ids.isEmpty()) {
        conversation.ask("CLIENT", "KILL", "ID", ids.get(random.nextInt(ids.size())));
      }
    }
  }

  private void destroyGroup(RedisServer redis, Random random) {
    String log = anyLog(random);
    String group = anyGroup(random);
    try {
      chronicle.tell(
          group + " of " + log + ": " + redis.ask("XGROUP", "DESTROY", log, group) + " destroyed");
    } catch (IllegalStateException noLog) {
      chronicle.tell(noLog.getMessage());
    }
  }

  /** One that holds entries, if there is one. */
  private void deleteConsumer(RedisServer redis, Random random) {
    String log = anyLog(random);
    String group = anyGroup(random);
    String chosen = null;
    try {
      for (Object consumer : (List<?>) redis.ask("XINFO", "CONSUMERS", log, group)) {
        List<?> words = (List<?>) consumer;
        if (chosen == null || (Long) words.get(words.indexOf("pending") + 1) > 0) {
          chosen = (String) words.get(words.indexOf("name") + 1);
        }
      }
      if (chosen != null) {
        chronicle.tell(
            group
                + " loses consumer "
                + chosen
                + " with "
                + redis.ask("XGROUP", "DELCONSUMER", log, group, chosen)
                + " entries");
      }
    } catch (IllegalStateException noGroup) {
      chronicle.tell(noGroup.getMessage());
    }
  }

  private void trim(RedisServer redis, Random random) {
    int partition = random.nextInt(target.partitions());
    List<Object> keys = new ArrayList<>(List.of(target.events(partition)));
    TestedView[] views = target.views() ? TestedView.values() : new TestedView[0];
    for (TestedView view : views) {
      String state = cluster.state(view, partition);
      if (state == null) {
        return;
      }
      keys.add(state);
    }
    for (String group : target.pullGroups()) {
      String key = target.base(partition) + "group:" + group;
      keys.addAll(List.of(key, key + ":leases", key + ":parked"));
    }
    List<Object> command = new ArrayList<>(List.of("EVAL", TRIM, keys.size()));
    command.addAll(keys);
    command.add(random.nextInt(20));
    command.add(views.length);
    List<?> reply = (List<?>) redis.ask(command.toArray());
    List<Logged> gone = Logged.list(partition, reply.get(0));
    Map<TestedView, String> applied = new EnumMap<>(TestedView.class);
    for (TestedView view : views) {
      applied.put(view, (String) ((List<?>) reply.get(1)).get(view.ordinal()));
    }
    Map<String, Set<String>> open = new TreeMap<>();
    for (int i = 0; i < target.pullGroups().size(); i++) {
      List<?> group = (List<?>) ((List<?>) reply.get(2)).get(i);
      open.put(
          target.pullGroups().get(i),
          OpenEntries.among(
              gone, (String) group.get(0), (List<?>) group.get(1), (List<?>) group.get(2)));
    }
    trims.add(new Trim(partition, gone, applied, open));
    chronicle.tell(
        "trimmed %d entries, applied were %s, open were %s"
            .formatted(gone.size(), applied, counts(open)));
  }

  private static Map<String, Integer> counts(Map<String, Set<String>> sets) {
    Map<String, Integer> counts = new TreeMap<>();
    sets.forEach((name, set) -> counts.put(name, set.size()));
    return counts;
  }

  private void promote(RedisServer master, Random random) throws InterruptedException {
    RedisServer replica = Cluster.newRedis();
    Tail tail = loseTail(master, replica, random);
    master.kill();
    replica.ask("REPLICAOF", "NO", "ONE");
    cluster.redis(replica);
    for (Cluster.Member member : cluster.members()) {
      member.proxy().target(replica.port());
      member.proxy().cut();
    }
    losses.add(tail.loss());
    master.close();
  }

  private void rollBack(RedisServer master, Random random) throws InterruptedException {
    try (RedisServer replica = Cluster.newRedis()) {
      Tail tail = loseTail(master, replica, random);
      become(master, replica);
      losses.add(tail.loss());
    }
  }

  /** A server gives up what it has for what another one has, and is a master again. */
  static void become(RedisServer server, RedisServer other) {
    other.ask("REPLICAOF", "NO", "ONE");
    server.ask("REPLICAOF", "127.0.0.1", other.port());
    awaitSynchronised(server);
    server.ask("REPLICAOF", "NO", "ONE");
  }

  /** What a replica does not hear of. */
  private record Tail(long begin, long cut, long back) {

    /** It is lost now. */
    Loss loss() {
      return Loss.ofTail(begin, cut, back);
    }
  }

  private Tail loseTail(RedisServer master, RedisServer replica, Random random)
      throws InterruptedException {
    try (FaultyProxy way = new FaultyProxy(master.port())) {
      long begin = separate(master, replica, way);
      long cut = System.nanoTime();
      pause.millis(0, 1_500, random);
      return new Tail(begin, cut, System.nanoTime());
    }
  }

  /**
   * Makes a server a replica and lets it hear no more once it has all.
   *
   * @return a moment before which all that was acknowledged is in the replica
   */
  static long separate(RedisServer master, RedisServer replica, FaultyProxy way) {
    replica.ask("REPLICAOF", "127.0.0.1", way.port());
    awaitSynchronised(replica);
    long begin = System.nanoTime();
    try (RedisConversation conversation = master.open()) {
      conversation.ask("SET", "replicated", "this");
      if ((Long) conversation.ask("WAIT", "1", WAIT_MILLIS) < 1) {
        throw new IllegalStateException("the replica does not follow");
      }
    }
    way.swallow(true, new Random());
    return begin;
  }

  /**
   * Waits until a replica has all that its master had, in its file too: before that it comes back
   * with what it had of its own, if it is killed.
   */
  private static void awaitSynchronised(RedisServer replica) {
    Patience.await()
        .pollInterval(SYNC_POLL)
        .until(
            () ->
                String.valueOf(replica.ask("INFO"))
                    .lines()
                    .collect(Collectors.toSet())
                    .containsAll(SYNCHRONISED));
  }
}
