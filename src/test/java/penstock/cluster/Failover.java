package penstock.cluster;

import static penstock.Patience.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.core.ConditionTimeoutException;
import penstock.redis.RedisServer;

/** A way in which a group of servers comes to have another master. */
enum Failover {
  /** kill -9 of the master, which comes back as the master that it was. */
  KILLED {
    @Override
    void strike(RedisGroup group, RedisServer master) {
      master.kill();
    }
  },

  /** The master hangs until another has taken over, and goes on as if nothing had been. */
  PAUSED {
    @Override
    void strike(RedisGroup group, RedisServer master) {
      master.pause();
    }

    @Override
    void end(RedisGroup group, RedisServer former) {
      former.resume();
    }
  },

  /** The replicas lack the last events of a master that is killed. */
  TAIL_LOST {
    @Override
    void strike(RedisGroup group, RedisServer master) throws InterruptedException {
      group.cutReplicas(master);
      pause(Duration.ofMillis(700));
      master.kill();
    }
  },

  /** The sentinels and the replicas do not reach the master any more, but those who write do. */
  CUT_OFF {
    @Override
    void strike(RedisGroup group, RedisServer master) {
      group.cutReplicas(master);
      group.cutSentinels(master);
    }

    /** Long enough for who stays with the old one. */
    @Override
    long left(RedisGroup group, RedisServer next) throws InterruptedException {
      long left = super.left(group, next);
      pause(Duration.ofSeconds(3));
      return left;
    }

    @Override
    void end(RedisGroup group, RedisServer former) {
      group.heal(former);
    }
  };

  private static final Duration GOING_OVER = Duration.ofSeconds(10);

  private static final Pattern APPENDS = Pattern.compile("cmdstat_xadd:calls=(\\d+)");

  private static long appends(RedisServer server) {
    Matcher found = APPENDS.matcher(String.valueOf(server.ask("INFO", "commandstats")));
    return found.find() ? Long.parseLong(found.group(1)) : 0;
  }

  /** Does what makes the sentinels choose another master. */
  abstract void strike(RedisGroup group, RedisServer master) throws InterruptedException;

  /**
   * Another is the master: those who write go over to it before the former one can be reached
   * again. For up to the monitor's interval they may not have heard of it.
   *
   * @return a moment after which nothing may be acknowledged that the former one alone has
   */
  long left(RedisGroup group, RedisServer next) throws InterruptedException {
    long appends = appends(next);
    try {
      await().atMost(GOING_OVER).until(() -> appends(next) > appends);
    } catch (ConditionTimeoutException staying) {
      // Then what goes on to be acknowledged is lost, which is found later.
    }
    pause(Duration.ofSeconds(1));
    return System.nanoTime();
  }

  /** Lets the former master come back. */
  void end(RedisGroup group, RedisServer former) {
    former.startAgain();
  }

  /** Load goes on meanwhile: how long is what makes up the fault. */
  static void pause(Duration time) throws InterruptedException {
    new CountDownLatch(1).await(time.toNanos(), TimeUnit.NANOSECONDS);
  }

  /**
   * From its beginning until all servers follow the new master.
   *
   * @return what may be lost of what was not replicated
   */
  Loss perform(RedisGroup group, Cluster cluster) throws InterruptedException {
    RedisServer former = group.awaitSettled();
    // All that was acknowledged before is in the replicas.
    long begin = group.replicated(former);
    strike(group, former);
    RedisServer next = group.awaitMasterAfter(former);
    long left = left(group, next);
    end(group, former);
    // On a busy machine sentinels may have chosen yet another meanwhile.
    cluster.redis(group.awaitSettled());
    awaitWritable(cluster);
    return new Loss(Loss.ALL, begin, Long.MAX_VALUE, System.nanoTime(), left);
  }

  private static void awaitWritable(Cluster cluster) {
    await()
        .ignoreExceptions()
        .until(
            () ->
                cluster.uris().stream()
                    .allMatch(
                        uri -> {
                          try {
                            return Cluster.get(uri.resolve("/q/health/ready"))
                                .encode()
                                .contains("\"writes\":\"taken\"");
                          } catch (java.io.IOException notReady) {
                            return false;
                          }
                        }));
  }

  static final List<Failover> ALL = List.of(values());
}
