package penstock.group;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import penstock.problem.IsolatedCall;
import penstock.redis.RedisClock;
import penstock.stream.log.EventLog;
import penstock.stream.registry.Stream;

/**
 * The pulls of one group on this instance, first come first served. Those that are there when Redis
 * is asked are asked for together, in one script for each partition that may have something; those
 * that come meanwhile are of the next round. One that gets nothing waits, and costs nothing but its
 * place here: a partition is asked again when a notice says that its log or its deliveries have
 * changed, when a lease may have run out, when a pull comes that does not wait, or after a while.
 *
 * <p>So while some wait it is known what Redis has, and one that joins them asks nothing. Few are
 * asked for at first, and more in each round that finds more than they want: an event costs no more
 * where a thousand wait.
 *
 * <p>State belongs to one event loop.
 */
final class PullQueue {

  /**
   * Rounds in which a filter lets nothing pass, after which who does not want to wait is let go.
   */
  private static final int MOST_VAIN_ROUNDS = 40;

  /**
   * Pulls in the first round after a reason to ask; each further one has room for twice as many.
   */
  private static final int FIRST_WIDTH = 16;

  private final Vertx vertx;
  private final Context context;
  private final GroupName name;
  private final GroupRepository repository;
  private final Supplier<GroupMeters> meters;
  private final RedisClock clock;
  private final FilterCache filters = new FilterCache();
  private final List<PullPartition> partitions;
  private final long checkMillis;

  /** When all partitions were last to be asked, whatever was heard. */
  private long checkedNanos = System.nanoTime();

  /** Pulls that the next round asks for, at the most. */
  private int width = FIRST_WIDTH;

  /** In the order in which they came. */
  private final Set<WaitingPull> waiting = new LinkedHashSet<>();

  private Set<WaitingPull> asked = Set.of();
  private int first;
  private long timer = -1;
  private boolean closed;
  private long usedNanos = System.nanoTime();

  /**
   * @param context its event loop
   */
  PullQueue(
      Vertx vertx,
      Context context,
      Stream stream,
      GroupName name,
      GroupRepository repository,
      EventLog log,
      Supplier<GroupMeters> meters,
      RedisClock clock,
      GroupConfig config) {
    this.vertx = vertx;
    this.context = context;
    this.name = name;
    this.repository = repository;
    this.meters = meters;
    this.clock = clock;
    this.checkMillis = config.checkInterval().toMillis();
    this.partitions =
        stream.partitions().stream().map(one -> new PullPartition(one, log.keys(one))).toList();
  }

  /** Calls with the names of the channels on which notices for it come, and the partition's. */
  void channels(BiConsumer<String, PullPartition> each) {
    for (PullPartition partition : partitions) {
      each.accept(partition.keys().events(), partition);
      each.accept(partition.keys().group(name.value()).state(), partition);
    }
  }

  /**
   * Adds a pull. From any thread.
   *
   * @param over is called on the queue's event loop when the pull is answered, or given up
   */
  void add(WaitingPull pull, Runnable over) {
    context.runOnContext(
        go -> {
          pull.promise().future().onComplete(done -> over.run());
          usedNanos = System.nanoTime();
          boolean alone = waiting.isEmpty();
          waiting.add(pull);
          long wait = pull.request().waitMillis();
          if (wait > 0 && !closed) {
            pull.timer(vertx.setTimer(wait, end -> context.runOnContext(end2 -> expire(pull))));
          } else {
            pull.expire();
          }
          if (alone || pull.isExpired()) {
            check();
            go();
          }
        });
  }

  /** The client of a pull is gone: what it would have got goes to another. From any thread. */
  void cancel(WaitingPull pull) {
    context.runOnContext(
        go -> {
          pull.cancel();
          if (asked.contains(pull)) {
            return;
          }
          if (waiting.remove(pull)) {
            settle(pull);
          } else {
            // answered just now, and nobody has read the answer
            giveBack(pull);
          }
        });
  }

  private void expire(WaitingPull pull) {
    pull.timer(-1);
    pull.expire();
    if (!asked.contains(pull) && waiting.remove(pull)) {
      settle(pull);
    }
  }

  /** A notice came of a partition. On the queue's event loop. */
  void heard(PullPartition partition) {
    partition.wake();
    go();
  }

  /** Pulls do not wait any more. From any thread. */
  void close() {
    context.runOnContext(
        go -> {
          closed = true;
          List.copyOf(waiting)
              .forEach(
                  pull -> {
                    vertx.cancelTimer(pull.timer());
                    expire(pull);
                  });
        });
  }

  /** Nanoseconds since a pull came, 0 while some wait. On the queue's event loop. */
  long idle() {
    return waiting.isEmpty() ? System.nanoTime() - usedNanos : 0;
  }

  private void check() {
    checkedNanos = System.nanoTime();
    partitions.forEach(PullPartition::wake);
  }

  private void go() {
    if (!asked.isEmpty() || waiting.isEmpty()) {
      return;
    }
    List<PullPartition> inOrder = inOrder();
    if (inOrder.isEmpty()) {
      letGo(WaitingPull::isExpired);
      arm();
      return;
    }
    Set<WaitingPull> batch = batch();
    asked = batch;
    var round = new PullRound(repository, name, filters, meters, clock, List.copyOf(batch));
    IsolatedCall.begin(() -> round.run(inOrder))
        .onComplete(
            done -> {
              asked = Set.of();
              if (done.succeeded()) {
                width = round.foundMore() ? Math.min(GroupRepository.MOST, 2 * width) : FIRST_WIDTH;
                finish(batch);
              } else {
                // the others hear of it soon
                width = GroupRepository.MOST;
                fail(batch, done.cause());
              }
              go();
            });
  }

  /** Those that may have something, each time another one first. */
  private List<PullPartition> inOrder() {
    first = (first + 1) % partitions.size();
    var inOrder = new ArrayList<PullPartition>(partitions.size());
    for (int i = 0; i < partitions.size(); i++) {
      PullPartition one = partitions.get((first + i) % partitions.size());
      if (one.mayHave()) {
        inOrder.add(one);
      }
    }
    return inOrder;
  }

  /** The first ones, as many as one script can serve and are likely to get something. */
  private Set<WaitingPull> batch() {
    var batch = new LinkedHashSet<WaitingPull>();
    int wanted = 0;
    for (WaitingPull pull : waiting) {
      wanted += pull.missing();
      if (!batch.isEmpty() && (wanted > GroupRepository.MOST || batch.size() == width)) {
        break;
      }
      batch.add(pull);
    }
    return batch;
  }

  private void finish(Set<WaitingPull> batch) {
    for (WaitingPull pull : batch) {
      boolean vain = pull.isExpired() && pull.vain() >= MOST_VAIN_ROUNDS;
      if ((pull.isSatisfied() || pull.isCancelled() || vain) && waiting.remove(pull)) {
        settle(pull);
      }
    }
  }

  private void fail(Set<WaitingPull> batch, Throwable why) {
    for (WaitingPull pull : batch) {
      if (waiting.remove(pull)) {
        if (pull.isSatisfied() || pull.isCancelled()) {
          settle(pull);
        } else {
          vertx.cancelTimer(pull.timer());
          IsolatedCall.settle(pull.promise(), Future.failedFuture(why));
        }
      }
    }
  }

  private void letGo(Predicate<WaitingPull> which) {
    for (Iterator<WaitingPull> each = waiting.iterator(); each.hasNext(); ) {
      WaitingPull pull = each.next();
      if (which.test(pull)) {
        each.remove();
        settle(pull);
      }
    }
  }

  private void settle(WaitingPull pull) {
    vertx.cancelTimer(pull.timer());
    if (pull.isCancelled()) {
      giveBack(pull);
    }
    IsolatedCall.settle(pull.promise(), Future.succeededFuture(List.copyOf(pull.messages())));
  }

  private void giveBack(WaitingPull pull) {
    Map<Integer, PullPartition> byIndex =
        partitions.stream()
            .collect(Collectors.toMap(one -> one.partition().index(), Function.identity()));
    IsolatedCall.run(() -> PullRound.giveBack(repository, name, byIndex, pull.messages()));
    pull.messages().clear();
  }

  /** Asks again when a lease may have run out, and after a while even if nothing was heard. */
  private void arm() {
    vertx.cancelTimer(timer);
    if (waiting.isEmpty()) {
      return;
    }
    long delay = untilCheck();
    for (PullPartition partition : partitions) {
      delay = Math.min(delay, partition.untilDue(checkMillis));
    }
    timer =
        vertx.setTimer(
            Math.max(1, delay),
            due ->
                context.runOnContext(
                    go -> {
                      if (untilCheck() <= 0) {
                        check();
                      } else {
                        partitions.forEach(PullPartition::wakeIfDue);
                      }
                      go();
                    }));
  }

  private long untilCheck() {
    return checkMillis - (System.nanoTime() - checkedNanos) / 1_000_000;
  }

  /** Looks a step of each partition over. On the queue's event loop. */
  void tidy(Consumer<Long> mended) {
    for (PullPartition partition : partitions) {
      repository
          .tidy(partition.partition(), name, partition.tidied())
          .onSuccess(
              tidied -> {
                partition.tidied(tidied.next());
                mended.accept(tidied.mended());
              });
    }
  }

  /** Runs something on its event loop. */
  void onLoop(Runnable what) {
    context.runOnContext(go -> what.run());
  }
}
