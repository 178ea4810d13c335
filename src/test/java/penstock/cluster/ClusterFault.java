package penstock.cluster;

import static penstock.Patience.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import penstock.redis.RedisCluster;
import penstock.redis.RedisConversation;
import penstock.redis.RedisServer;

/** What befalls a Redis Cluster under load. */
enum ClusterFault {
  /** kill -9 of a master, which comes back as a replica of the one that took over. */
  KILLED {
    @Override
    @Nullable Loss perform(RedisCluster cluster, int partitions) throws InterruptedException {
      RedisServer master = cluster.masterOf(Cluster.events(0));
      long begin = replicated(cluster, master);
      master.kill();
      awaitAnother(cluster, 0, master);
      Failover.pause(Duration.ofSeconds(1));
      master.startAgain();
      cluster.awaitSound();
      return ofTail(begin);
    }
  },

  /** A master hangs until another has taken over, and goes on as if nothing had been. */
  PAUSED {
    @Override
    @Nullable Loss perform(RedisCluster cluster, int partitions) throws InterruptedException {
      RedisServer master = cluster.masterOf(Cluster.events(1));
      long begin = replicated(cluster, master);
      RedisServer heir = cluster.replicasOf(master).getFirst();
      master.pause();
      await().ignoreExceptions().until(() -> isMaster(heir));
      Failover.pause(Duration.ofSeconds(1));
      master.resume();
      cluster.awaitSound();
      return ofTail(begin);
    }
  },

  /** A replica takes over without a word to its master. */
  FORCED {
    @Override
    @Nullable Loss perform(RedisCluster cluster, int partitions) {
      RedisServer master = cluster.masterOf(Cluster.events(2));
      long begin = replicated(cluster, master);
      RedisServer heir = cluster.replicasOf(master).getFirst();
      heir.ask("CLUSTER", "FAILOVER", "FORCE");
      await().ignoreExceptions().until(() -> isMaster(heir));
      cluster.awaitSound();
      return ofTail(begin);
    }
  },

  /** What is used is moved to other masters and back, as it is by redis-cli, a key at a time. */
  RESHARDED {
    @Override
    @Nullable Loss perform(RedisCluster cluster, int partitions) {
      for (int round = 0; round < 2; round++) {
        for (String key : used(partitions)) {
          RedisServer from = cluster.masterOf(key);
          cluster.migrate(RedisCluster.slot(key), from, another(cluster, from), () -> {});
        }
      }
      cluster.awaitSound();
      return null;
    }
  },

  /** The same, each slot as a whole, where servers can. */
  MOVED_AT_ONCE {
    @Override
    boolean canBefall(RedisCluster cluster) {
      return cluster.movesAtOnce();
    }

    @Override
    @Nullable Loss perform(RedisCluster cluster, int partitions) {
      for (int round = 0; round < 2; round++) {
        for (String key : used(partitions)) {
          RedisServer from = cluster.masterOf(key);
          cluster.moveAtOnce(RedisCluster.slot(key), from, another(cluster, from));
        }
      }
      cluster.awaitSound();
      return null;
    }
  },

  /** Slots are moved by redis-cli, whether something is in them or not. */
  RESHARDED_BY_TOOL {
    @Override
    @Nullable Loss perform(RedisCluster cluster, int partitions) {
      RedisServer from = cluster.masterOf(Cluster.events(0));
      RedisServer to = another(cluster, from);
      cluster.reshard(from, to, SOME_SLOTS);
      cluster.awaitSound();
      cluster.reshard(to, from, SOME_SLOTS);
      cluster.awaitSound();
      return null;
    }
  },

  /** A master is added, gets partitions, and is taken out again. */
  ADDED_AND_REMOVED {
    @Override
    @Nullable Loss perform(RedisCluster cluster, int partitions) throws InterruptedException {
      RedisServer added = cluster.add();
      List<String> moved = List.of(Cluster.events(0), Cluster.events(1), "ps:views");
      for (String key : moved) {
        cluster.migrate(RedisCluster.slot(key), cluster.masterOf(key), added, () -> {});
      }
      cluster.awaitSound();
      Failover.pause(Duration.ofSeconds(2));
      for (String key : moved) {
        cluster.migrate(RedisCluster.slot(key), added, another(cluster, added), () -> {});
      }
      cluster.awaitSound();
      cluster.remove(added);
      return null;
    }
  },

  /**
   * The link between a master and its replica is cut, and the master killed when readers have seen
   * some of what is only there: what they do not hear, since an instance may hear of news by the
   * node that is cut off, they have by the next look at the log.
   */
  TAIL_LOST {
    @Override
    @Nullable Loss perform(RedisCluster cluster, int partitions) throws InterruptedException {
      RedisServer master = cluster.masterOf(Cluster.events(0));
      long begin = replicated(cluster, master);
      cluster.cut(master, cluster.replicasOf(master).getFirst());
      Failover.pause(LOOKED_AT_MEANWHILE);
      master.kill();
      awaitAnother(cluster, 0, master);
      Failover.pause(Duration.ofSeconds(1));
      cluster.heal();
      master.startAgain();
      cluster.awaitSound();
      return ofTail(begin);
    }
  },

  /** A master does not reach the other nodes any more, nor they it, but those who write do. */
  CUT_OFF {
    @Override
    @Nullable Loss perform(RedisCluster cluster, int partitions) throws InterruptedException {
      RedisServer master = cluster.masterOf(Cluster.events(1));
      RedisServer heir = cluster.replicasOf(master).getFirst();
      long begin = replicated(cluster, master);
      cluster.cutOff(master);
      await().ignoreExceptions().until(() -> isMaster(heir));
      Failover.pause(Duration.ofSeconds(3));
      cluster.heal();
      cluster.awaitSound();
      return ofTail(begin);
    }
  },

  /** Two masters do not reach each other; all others reach both, and nobody takes over. */
  LINK_OF_MASTERS_CUT {
    @Override
    @Nullable Loss perform(RedisCluster cluster, int partitions) throws InterruptedException {
      RedisServer master = cluster.masterOf(Cluster.events(2));
      cluster.cut(master, another(cluster, master));
      Failover.pause(Duration.ofSeconds(3));
      cluster.heal();
      cluster.awaitSound();
      return null;
    }
  };

  private static final int SOME_SLOTS = 300;

  /** A log of which nothing is heard is looked at once a second. */
  private static final Duration LOOKED_AT_MEANWHILE = Duration.ofMillis(2_500);

  /** What needs links that can be cut. */
  static final List<ClusterFault> OF_LINKS = List.of(TAIL_LOST, CUT_OFF, LINK_OF_MASTERS_CUT);

  /** What befalls masters and slots wherever they are. */
  static final List<ClusterFault> OF_NODES =
      Stream.of(values()).filter(fault -> !OF_LINKS.contains(fault)).toList();

  /** Whether these servers know of such a thing. */
  boolean canBefall(RedisCluster cluster) {
    return true;
  }

  /**
   * Returns when all is well again.
   *
   * @return what may be lost of what was not replicated; null if nothing may be
   */
  abstract @Nullable Loss perform(RedisCluster cluster, int partitions) throws InterruptedException;

  /** One of each slot that the service uses. */
  private static List<String> used(int partitions) {
    List<String> keys = new ArrayList<>();
    for (int i = 0; i < partitions; i++) {
      keys.add(Cluster.events(i));
    }
    keys.addAll(List.of("ps:views", "ps:streams", "ps:meta", "ps:{instances}", "ps:{due}:next"));
    return keys;
  }

  private static RedisServer another(RedisCluster cluster, RedisServer than) {
    return cluster.masters().stream().filter(one -> one != than).findFirst().orElseThrow();
  }

  private static boolean isMaster(RedisServer server) {
    return String.valueOf(server.ask("INFO", "replication")).contains("role:master");
  }

  private static void awaitAnother(RedisCluster cluster, int partition, RedisServer former) {
    await().ignoreExceptions().until(() -> cluster.masterOf(Cluster.events(partition)) != former);
  }

  /** A moment before which all that was acknowledged is in the replica. */
  private static long replicated(RedisCluster cluster, RedisServer master) {
    cluster.awaitSound();
    long begin = System.nanoTime();
    String key = cluster.anyKeyOf(master);
    await()
        .until(
            () -> {
              try (RedisConversation conversation = master.open()) {
                conversation.ask("SET", key, begin);
                return conversation.ask("WAIT", 1, 1_000).equals(1L);
              }
            });
    return begin;
  }

  /** Of what was acknowledged then, nobody can tell what was replicated in time. */
  private static Loss ofTail(long begin) {
    return Loss.ofTail(begin, Long.MAX_VALUE, Long.MIN_VALUE);
  }
}
