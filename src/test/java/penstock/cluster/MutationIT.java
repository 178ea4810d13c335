package penstock.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static penstock.Patience.await;

import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import penstock.cluster.RequestFrames.Frame;
import penstock.redis.RedisServer;
import penstock.view.fold.Defect;

/**
 * Shows that the checker can fail: each mutant is led into the one situation that the missing part
 * is there for, and so is the product as it is, which must come out of it well.
 */
class MutationIT {

  private static final TestedView VIEW = TestedView.TALLY;
  private static final Duration LEASE = Duration.ofSeconds(30);
  private static final Duration SHORT_LEASE = Duration.ofSeconds(2);
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Map<String, String> CONFIG =
      Map.of("penstock.instance", "{i}", "penstock.redis.timeout", "20s");

  /** So many at once are not told to the worker one by one: it reads all that there is together. */
  private static final int UNTOLD = 20;

  private final List<Loss> losses = new ArrayList<>();
  private int next;

  /** What the missing part is there for. */
  enum Situation {
    ROLL_BACK_UNDER_COMMIT(Mutant.WITHOUT_FENCE_CHECK),
    ZOMBIE_COMMITS(Mutant.WITHOUT_FENCE_CHECK, SHORT_LEASE),
    ZOMBIE_APPENDS_AND_COMMITS(Mutant.WITHOUT_FENCE_CHECK, SHORT_LEASE),
    COMMIT_COMES_AGAIN(Mutant.WITHOUT_APPLIED_CHECK),
    READ_IS_LOST(Mutant.WITHOUT_RANGE_OF_TAKEOVER),
    REPLAY_COMES_AGAIN(Mutant.WITHOUT_REQUEST_CHECK);

    private final Mutant mutant;
    private final Duration lease;

    Situation(Mutant mutant) {
      this(mutant, LEASE);
    }

    Situation(Mutant mutant, Duration lease) {
      this.mutant = mutant;
      this.lease = lease;
    }
  }

  @ParameterizedTest
  @EnumSource
  void theCheckerTellsTheMutantFromTheProduct(Situation situation) throws Exception {
    assertThat(violations(ServiceProcess.PACKAGED, situation)).as("the product").isEmpty();
    List<String> found = violations(situation.mutant.packaged(), situation);
    System.out.printf("cluster: %s, %s: %s%n", situation, situation.mutant, found);
    assertThat(found).as("the mutant").isNotEmpty();
  }

  private List<String> violations(Path application, Situation situation) throws Exception {
    losses.clear();
    Settings settings =
        new Settings(
            Long.getLong("cluster.seed", 1L), Duration.ZERO, 2, 1, 0, 0, 1_000, situation.lease);
    try (Cluster cluster = new Cluster(application, settings, CONFIG);
        FenceWatch fences = new FenceWatch(cluster);
        Producers producers = new Producers(settings, cluster.uris(), Cluster.STREAM)) {
      String holder = holder(cluster.uris().getFirst(), VIEW);
      Cluster.Member worker = cluster.members().get(holder.equals("i0") ? 0 : 1);
      Cluster.Member other = cluster.members().get(holder.equals("i0") ? 1 : 0);
      Producer producer =
          new Producer(producers, settings, 0, List.of(other.process().uri()), Cluster.STREAM);
      send(producer, "before", 3);
      awaitApplied(cluster);
      switch (situation) {
        case ROLL_BACK_UNDER_COMMIT -> rollBackUnderCommit(cluster, worker, producer);
        case ZOMBIE_COMMITS -> zombieCommits(worker, other, producer);
        case ZOMBIE_APPENDS_AND_COMMITS ->
            zombieAppendsAndCommits(
                cluster,
                worker,
                other,
                new Producer(
                    producers, settings, 1, List.of(worker.process().uri()), Cluster.STREAM));
        case COMMIT_COMES_AGAIN -> commitComesAgain(cluster, worker, producer);
        case READ_IS_LOST -> readIsLost(worker, producer);
        case REPLAY_COMES_AGAIN -> replayComesAgain(application, cluster, worker, producer);
      }
      send(producer, "after", 3);
      List<String> violations =
          new Checker(cluster, PATIENCE, losses, List.of()).check(producers, null);
      violations.addAll(fences.violations());
      return violations;
    }
  }

  /**
   * The worker hangs while events are appended, of which a replica gets only the first. It folds
   * them all, and before its commit comes to Redis, that has gone back to what the replica has. The
   * connection survives: nothing but the fence tells the commit from a good one.
   */
  private void rollBackUnderCommit(Cluster cluster, Cluster.Member worker, Producer producer)
      throws Exception {
    RedisServer redis = cluster.redis();
    try (RedisServer replica = Cluster.newRedis();
        FaultyProxy way = new FaultyProxy(redis.port())) {
      worker.process().pause();
      sendTogether(producer, "kept");
      long begin = RedisFaults.separate(redis, replica, way);
      long cut = System.nanoTime();
      sendTogether(producer, "lost");
      FaultyProxy.Hold commit = worker.proxy().hold(ofView(Frame::isCommit));
      worker.process().resume();
      reach(commit.came());
      long back = System.nanoTime();
      RedisFaults.become(redis, replica);
      losses.add(Loss.ofTail(begin, cut, back));
      commit.release();
    }
  }

  /**
   * A commit is on its way for longer than the lease. Another instance took over and is about to
   * commit the same: what is applied has not moved, but the right to move it has.
   */
  private void zombieCommits(Cluster.Member worker, Cluster.Member other, Producer producer)
      throws Exception {
    FaultyProxy.Hold late = worker.proxy().hold(ofView(Frame::isCommit));
    FaultyProxy.Hold successors = other.proxy().hold(ofView(Frame::isCommit));
    send(producer, "twice", 3);
    reach(late.came());
    // without its heartbeats it is given up, although its commit is still on its way
    worker.process().pause();
    try {
      reach(successors.came());
      late.release();
      reach(late.answered());
      successors.release();
    } finally {
      worker.process().resume();
    }
  }

  /**
   * An append is on its way for longer than the lease, and with it what its instance's view makes
   * of the event. It is good, and the commit is not.
   */
  private void zombieAppendsAndCommits(
      Cluster cluster, Cluster.Member worker, Cluster.Member other, Producer toWorker)
      throws Exception {
    String zombie = holder(worker.process().uri(), VIEW);
    FaultyProxy.Hold late = worker.proxy().hold(frame -> frame.isCommit() && frame.isAppend());
    var sending =
        new FutureTask<>(
            () -> {
              // what is to be read for it is not done at once: then none goes along
              while (late.came().getCount() > 0) {
                // or else what goes along may be folded from too early a position, and then it is
                // not the fence alone that refuses it
                awaitApplied(cluster);
                send(toWorker, "along", 1);
              }
              return true;
            });
    Thread.ofVirtual().start(sending);
    reach(late.came());
    worker.process().pause();
    try {
      for (TestedView view : TestedView.values()) {
        await().atMost(PATIENCE).until(() -> !holder(other.process().uri(), view).equals(zombie));
      }
      late.release();
      reach(late.answered());
    } finally {
      worker.process().resume();
    }
    assertThat(sending.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
  }

  /** A commit comes a second time when others have followed it, under the same fence. */
  private void commitComesAgain(Cluster cluster, Cluster.Member worker, Producer producer)
      throws Exception {
    FaultyProxy.Copy commit = worker.proxy().copy(ofView(Frame::isCommit));
    send(producer, "again", 3);
    reach(commit.came());
    awaitApplied(cluster);
    send(producer, "again", 3);
    awaitApplied(cluster);
    worker.proxy().repeat(commit.frame().get());
  }

  /** Redis hands out entries, and the worker never hears of it. */
  private void readIsLost(Cluster.Member worker, Producer producer) throws Exception {
    worker.process().pause();
    sendTogether(producer, "unheard");
    FaultyProxy.Cut read = worker.proxy().cutBeforeReply(ofView(Frame::isGroupRead));
    worker.process().resume();
    reach(read.done());
  }

  /**
   * A defect has set events of one key aside, and is mended. The commit that takes in the first of
   * them comes a second time when the others are taken in too: nothing but the request that it
   * fulfils tells it from a good one.
   */
  private void replayComesAgain(
      Path application, Cluster cluster, Cluster.Member worker, Producer producer)
      throws Exception {
    redeploy(cluster, Mutant.WITH_DEFECTIVE_COUNT.packaged());
    send(producer, "aside", Defect.REFUSED, 5);
    awaitApplied(cluster);
    redeploy(cluster, application);
    FaultyProxy.Copy commit = worker.proxy().copy(ofView(Frame::isFulfilment));
    for (TestedView view : List.of(VIEW, TestedView.BY_SOURCE)) {
      URI replay = cluster.uris().getFirst().resolve(Cluster.replayOf(view));
      assertThat(Cluster.post(replay)).isEqualTo(202);
    }
    reach(commit.came());
    for (TestedView view : List.of(VIEW, TestedView.BY_SOURCE)) {
      await()
          .atMost(PATIENCE)
          .until(() -> cluster.redis().ask("HGET", cluster.state(view, 0), "dead").equals("0"));
    }
    worker.proxy().repeat(commit.frame().get());
  }

  private static void redeploy(Cluster cluster, Path application) {
    for (Cluster.Member member : cluster.members()) {
      member.process().stop();
      member.process().redeploy(application, config -> {});
      member.process().start();
    }
    cluster.members().forEach(member -> member.process().awaitReady());
  }

  private static Predicate<Frame> ofView(Predicate<Frame> kind) {
    return frame ->
        kind.test(frame)
            && (frame.mentions(":view:" + VIEW.viewName() + ":")
                || frame.mentions("view." + VIEW.viewName() + "."));
  }

  private void send(Producer producer, String key, int count) throws InterruptedException {
    send(producer, key, Occurrence.CHANGED, count);
  }

  private void send(Producer producer, String key, String type, int count)
      throws InterruptedException {
    for (int i = 0; i < count; i++) {
      producer.send(List.of(occurrence(key, type)));
    }
  }

  private void sendTogether(Producer producer, String key) throws InterruptedException {
    producer.send(
        IntStream.range(0, UNTOLD).mapToObj(i -> occurrence(key, Occurrence.CHANGED)).toList());
  }

  private Occurrence occurrence(String key, String type) {
    return new Occurrence(0, next++, key, type, new JsonObject().put("e" + next, next));
  }

  private static void reach(CountDownLatch moment) throws InterruptedException {
    assertThat(moment.await(PATIENCE.toSeconds(), TimeUnit.SECONDS))
        .as("the situation was reached")
        .isTrue();
  }

  private static String holder(URI instance, TestedView view) {
    return await()
        .ignoreExceptions()
        .until(
            () ->
                Cluster.get(instance.resolve("/views/" + view.viewName()))
                    .getJsonArray("partitions")
                    .getJsonObject(0)
                    .getString("holder"),
            holder -> holder != null);
  }

  /** By every view. */
  private static void awaitApplied(Cluster cluster) {
    for (TestedView view : TestedView.values()) {
      await()
          .atMost(PATIENCE)
          .until(
              () ->
                  Cluster.get(cluster.uris().getFirst().resolve("/views/" + view.viewName()))
                      .getJsonArray("partitions")
                      .getJsonObject(0)
                      .getLong("lag")
                      .equals(0L));
    }
  }
}
