package penstock.projection;

import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import penstock.redis.RedisReplyException;
import penstock.stream.Position;
import penstock.view.Entry;
import penstock.view.Progress;

/**
 * Works one partition of a view: reads, folds, commits. A step at a time, on one thread of its own,
 * which may block; tests drive it by hand. While a commit is under way the next batch is read and
 * folded.
 *
 * <p>Whatever fails, all that was read ahead or cached is dropped and the work is taken over anew,
 * from what Redis says is applied.
 */
final class Worker {

  private static final Logger LOG = Logger.getLogger(Worker.class);

  /** A lease is renewed when so much of it has passed. */
  private static final int RENEWALS = 3;

  private final Assignment work;
  private final Workplace redis;
  private final Succession succession;
  private final Progress progress;
  private final WorkerMeters meters;
  private final Duration lease;
  private final EntryCache cache;
  private final ArrayDeque<Delivered> backlog = new ArrayDeque<>();

  private volatile WorkerState state = new WorkerState.Starting();
  private Lease.@Nullable Mine mine;
  private long renewed;

  /** What the commits sent so far bring the view to, if they succeed. */
  private Position folded = Position.ZERO;

  /** The last position read, and up to where entries are read that others may have been given. */
  private Position read = Position.ZERO;

  private Position takeoverEnd = Position.ZERO;
  private boolean takingOver;
  private @Nullable Future<List<Delivered>> reading;
  private @Nullable Batch sent;
  private @Nullable Future<Workplace.Committed> sending;
  private long batches;

  Worker(
      Assignment work,
      Workplace redis,
      Succession succession,
      Progress progress,
      WorkerMeters meters,
      ProjectionConfig config) {
    this.work = work;
    this.redis = redis;
    this.succession = succession;
    this.progress = progress;
    this.meters = meters;
    this.lease = config.lease();
    this.cache = new EntryCache(config.cacheSize().asLongValue());
  }

  Assignment assignment() {
    return work;
  }

  WorkerState state() {
    return state;
  }

  /** After how much time another step makes sense when there was nothing to do and nothing came. */
  Duration patience() {
    return lease.dividedBy(RENEWALS);
  }

  /**
   * One step.
   *
   * @return false if there is nothing to do until something is appended or {@link #patience} passes
   */
  boolean runOnce() throws InterruptedException {
    try {
      Lease.Mine held = mine;
      return held == null ? takeOver() : proceed(held);
    } catch (RuntimeException | Error e) {
      drop();
      become(new WorkerState.Retrying(e.getMessage() == null ? e.toString() : e.getMessage()));
      throw e;
    }
  }

  /** Commits what is under way and gives the lease back. */
  void close() throws InterruptedException {
    Lease.Mine held = mine;
    try {
      if (held != null) {
        settle();
        Await.of(redis.release(work, held));
      }
    } catch (RuntimeException e) {
      LOG.infof("the lease was not given back: %s reason=%s", work, e.getMessage());
    } finally {
      drop();
      become(new WorkerState.Stopped());
    }
  }

  private void drop() {
    mine = null;
    backlog.clear();
    cache.clear();
    reading = null;
    sent = null;
    sending = null;
  }

  private void become(WorkerState next) {
    if (!next.equals(state)) {
      if (next instanceof WorkerState.Halted) {
        LOG.errorf("%s: %s", work, next.told());
      } else {
        LOG.infof("%s: %s", work, next.told());
      }
      state = next;
    }
  }

  private boolean takeOver() throws InterruptedException {
    Succession.Standing standing = succession.enter();
    if (standing instanceof Succession.Standing.Superseded superseded) {
      become(new WorkerState.Superseded(superseded.by()));
      return false;
    }
    return switch (Await.of(redis.acquire(work))) {
      case Lease.Held held -> {
        become(new WorkerState.StandingBy(held.holder()));
        yield false;
      }
      case Lease.Broken broken -> {
        become(new WorkerState.Halted(broken.reason()));
        yield false;
      }
      case Lease.Partial partial -> {
        become(
            new WorkerState.Halted(
                "the log was trimmed up to %s before the view began; set penstock.views.%s.accept-partial-history=true to build it from what is left"
                    .formatted(partial.trimmed(), work.view().name())));
        yield false;
      }
      case Lease.Mine acquired -> {
        begin(acquired);
        yield true;
      }
    };
  }

  private void begin(Lease.Mine acquired) throws InterruptedException {
    mine = acquired;
    renewed = System.nanoTime();
    folded = acquired.applied();
    takeoverEnd = acquired.delivered();
    if (acquired.stale()) {
      LOG.warnf("the log has a new life, the view starts anew: %s", work);
      while (Await.of(redis.clear(work, acquired))) {
        renew(acquired);
      }
      folded = Position.ZERO;
    }
    read = folded;
    takingOver = takeoverEnd.isAfter(folded);
    sweep(acquired);
    become(new WorkerState.Working());
  }

  /** Acknowledges what is applied already, claims what others were given. Tells of how many. */
  private int sweep(Lease.Mine held) throws InterruptedException {
    int acknowledged = 0;
    Workplace.Swept step;
    Position claimed = folded;
    do {
      step = Await.of(redis.sweep(work, held, claimed));
      claimed = step.last();
      acknowledged += step.acknowledged();
      renew(held);
    } while (step.more());
    return acknowledged;
  }

  private void renew(Lease.Mine held) throws InterruptedException {
    if (isRenewalDue()) {
      Await.of(redis.renew(work, held));
      renewed = System.nanoTime();
    }
  }

  private boolean isRenewalDue() {
    return System.nanoTime() - renewed >= patience().toNanos();
  }

  private boolean proceed(Lease.Mine held) throws InterruptedException {
    boolean due = isRenewalDue();
    renew(held);
    if (backlog.isEmpty()) {
      receive(held);
    }
    if (backlog.isEmpty()) {
      settle();
      return takingOver ? endTakeover(held) : idle(held, due);
    }
    if (reading == null) {
      reading = read();
    }
    Batch batch = fold();
    settle();
    send(held, batch);
    return true;
  }

  private Future<List<Delivered>> read() {
    return takingOver ? redis.readRange(work, read, takeoverEnd) : redis.readNew(work);
  }

  private void receive(Lease.Mine held) throws InterruptedException {
    List<Delivered> entries = Await.of(reading == null ? read() : reading);
    reading = null;
    var again = new ArrayList<Delivered>();
    for (Delivered entry : entries) {
      if (entry.position().isAfter(read)) {
        backlog.add(entry);
        read = entry.position();
      } else {
        again.add(entry);
      }
    }
    if (!again.isEmpty()) {
      LOG.warnf("the group was set back: %s entries=%d", work, again.size());
      Await.of(redis.acknowledge(work, again));
    }
  }

  /** Takes the longest part of the backlog that one commit can have. */
  private Batch fold() throws InterruptedException {
    var steps = new ArrayList<Step>(backlog.size());
    Set<String> unknown = new LinkedHashSet<>();
    for (Delivered entry : backlog) {
      Step step = Step.of(work.view(), entry);
      steps.add(step);
      if (step instanceof Step.Fold fold && !cache.knows(fold.key())) {
        unknown.add(fold.key());
      }
    }
    long number = ++batches;
    load(List.copyOf(unknown), number);
    Batch batch = new Batch(number, work.view(), folded, cache);
    for (Step step : steps) {
      if (step instanceof Step.Fold fold && !cache.knows(fold.key())
          || !batch.take(backlog.getFirst(), step)) {
        break;
      }
      backlog.removeFirst();
    }
    return batch;
  }

  /**
   * What is not cached is not changed by a commit under way either, so that what is read is the
   * truth.
   */
  private void load(List<String> keys, long number) throws InterruptedException {
    if (keys.isEmpty()) {
      return;
    }
    List<@Nullable Entry> entries = Await.of(redis.load(work, keys));
    for (int i = 0; i < entries.size(); i++) {
      cache.put(keys.get(i), entries.get(i), number);
    }
  }

  private void send(Lease.Mine held, Batch batch) {
    long start = System.nanoTime();
    sent = batch;
    folded = batch.last();
    sending =
        redis
            .commit(work, held, batch)
            .onSuccess(
                committed -> {
                  meters.committed(batch, System.nanoTime() - start);
                  meters.lag(committed.appended() - committed.applied());
                  progress.applied(work.names(), held.life(), batch.last());
                });
  }

  /** Waits for the commit under way. */
  private void settle() throws InterruptedException {
    Future<Workplace.Committed> waited = sending;
    if (waited == null) {
      return;
    }
    try {
      Await.of(waited);
      cache.committed(Objects.requireNonNull(sent).number());
      sending = null;
    } catch (RuntimeException e) {
      meters.refused();
      throw e;
    }
  }

  /** All that was ever handed out is applied. */
  private boolean endTakeover(Lease.Mine held) throws InterruptedException {
    takingOver = false;
    read = folded.isAfter(takeoverEnd) ? folded : takeoverEnd;
    sweepVanished(held);
    return true;
  }

  /** All that the log holds up to {@code folded} is applied; what is still pending is not in it. */
  private void sweepVanished(Lease.Mine held) throws InterruptedException {
    int vanished = sweep(held);
    if (vanished > 0) {
      meters.vanished(vanished);
      LOG.warnf(
          "entries were removed from the log before they were applied: %s entries=%d",
          work, vanished);
    }
  }

  /**
   * Nothing new. From time to time it is made sure that this is so, and not that another consumer
   * was given what this one waits for.
   */
  private boolean idle(Lease.Mine held, boolean check) throws InterruptedException {
    meters.lag(0);
    if (check) {
      sweepVanished(held);
    }
    if (check && Await.of(redis.hasMore(work, folded))) {
      receive(held);
      if (backlog.isEmpty()) {
        throw new RedisReplyException("GAP another consumer of the group was given entries");
      }
      return true;
    }
    return succession.caughtUp(held);
  }
}
