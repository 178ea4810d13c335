package penstock.projection;

import io.opentelemetry.api.trace.Span;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import penstock.redis.RedisReplyException;
import penstock.stream.Position;
import penstock.trace.Stage;
import penstock.trace.Tracing;
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
  private final Roster roster;
  private final WorkerMeters meters;
  private final Tracing tracing;
  private final Duration lease;
  private final EntryCache cache;
  private final Backlog backlog;
  private final Semaphore loneFolds;
  private final Wishes wishes;
  private volatile boolean asked;
  private volatile WorkerState state = new WorkerState.Starting();
  private Lease.@Nullable Mine mine;
  private long renewed;
  private Duration patience;

  /** What the commits sent so far bring the view to, if they succeed. */
  private Position folded = Position.ZERO;

  /** The last position read, and up to where entries are read that others may have been given. */
  private Position read = Position.ZERO;

  private Position takeoverEnd = Position.ZERO;
  private boolean takingOver;
  private @Nullable Future<List<Delivered>> reading;
  private @Nullable Batch sent;
  private @Nullable Future<Workplace.Committed> sending;

  /**
   * @param loneFolds one permit, shared by all workers of the process: for who folds an event alone
   */
  Worker(
      Assignment work,
      Workplace redis,
      Succession succession,
      Progress progress,
      Roster roster,
      WorkerMeters meters,
      Tracing tracing,
      ProjectionConfig config,
      Semaphore loneFolds) {
    this.loneFolds = loneFolds;
    this.work = work;
    this.redis = redis;
    this.succession = succession;
    this.progress = progress;
    this.roster = roster;
    this.meters = meters;
    this.tracing = tracing;
    this.lease = config.lease();
    this.patience = renewal();
    this.cache = new EntryCache(config.cacheSize().asLongValue());
    this.backlog = new Backlog(work, redis, cache, tracing, config.loneAttempts());
    this.wishes = new Wishes(work, redis, cache);
  }

  Assignment assignment() {
    return work;
  }

  WorkerState state() {
    return state;
  }

  /** After how much time another step makes sense when there was nothing to do and nothing came. */
  Duration patience() {
    return patience;
  }

  /** Somebody asks the holder for something. May be called on any thread. */
  void ask() {
    asked = true;
  }

  private Duration renewal() {
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
    if (held != null) {
      giveBack(held);
    }
    become(new WorkerState.Stopped());
    meters.remove();
  }

  /** Gives the lease back even if the commit under way failed: a late one would find it fenced. */
  private void giveBack(Lease.Mine held) throws InterruptedException {
    try {
      settle();
    } catch (RuntimeException e) {
      LOG.infof("the last commit failed: %s reason=%s", work, e.getMessage());
    }
    try {
      Await.of(redis.release(work, held));
    } catch (RuntimeException e) {
      LOG.infof("the lease was not given back: %s reason=%s", work, e.getMessage());
    } finally {
      drop();
      backlog.forgetSuspects();
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
    Lease.Mine held = mine;
    meters.held(held == null ? 0 : held.number(), next instanceof WorkerState.Halted);
  }

  /** Another instance is to work: nothing is asked of Redis until that changes. */
  private boolean standBy() {
    patience = lease;
    become(new WorkerState.StandingBy(roster.owner(work)));
    return false;
  }

  private boolean takeOver() throws InterruptedException {
    if (!roster.isMine(work)) {
      return standBy();
    }
    patience = renewal();
    succession.enter();
    return switch (Await.of(redis.acquire(work))) {
      case Lease.Held held -> {
        Duration left = Duration.ofMillis(1 + Math.max(0, held.millisLeft()));
        patience = left.compareTo(patience) < 0 ? left : patience;
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
    asked = true;
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
    sweep(acquired, acquired.died());
    if (acquired.lone() != null) {
      backlog.suspect(List.of(acquired.lone()));
    }
    backlog.acquit(folded);
    become(new WorkerState.Working());
  }

  /** Acknowledges what is applied already, claims what others were given. Tells of how many. */
  private int sweep(Lease.Mine held, boolean died) throws InterruptedException {
    int acknowledged = 0;
    Workplace.Swept step;
    Position claimed = folded;
    do {
      step = Await.of(redis.sweep(work, held, claimed, died));
      backlog.suspect(step.suspects());
      claimed = step.last();
      acknowledged += step.acknowledged();
      renew(held);
    } while (step.more());
    return acknowledged;
  }

  /** Null if it was not due. */
  private Workplace.@Nullable Renewed renew(Lease.Mine held) throws InterruptedException {
    if (System.nanoTime() - renewed < renewal().toNanos()) {
      return null;
    }
    Workplace.Renewed told = Await.of(redis.renew(work, held));
    renewed = System.nanoTime();
    meters.renewed(told);
    return told;
  }

  private boolean proceed(Lease.Mine held) throws InterruptedException {
    if (!roster.isMine(work)) {
      giveBack(held);
      return standBy();
    }
    Workplace.Renewed told = renew(held);
    if (asked || told != null && told.requests() > 0) {
      settle();
      asked = false;
      if (wishes.fulfilNext(held, folded, backlog.nextNumber())) {
        asked = true;
      }
    }
    if (told != null && told.ageMillis() < 0 && told.pending() == 0 && isQuiet()) {
      return idle(held, false);
    }
    if (backlog.isEmpty()) {
      receive(held);
    }
    if (backlog.isEmpty()) {
      settle();
      return takingOver ? endTakeover(held) : idle(held, told != null);
    }
    if (reading == null) {
      reading = read();
    }
    return backlog.beginsWithSuspect() ? proceedAlone(held) : commit(held, backlog.fold(folded));
  }

  /**
   * Alone in the process too: other views met the same event when it died, and if all tried it at
   * once, each would count the deaths that another one's fold brings about.
   */
  private boolean proceedAlone(Lease.Mine held) throws InterruptedException {
    settle();
    if (!loneFolds.tryAcquire(renewal().toNanos(), TimeUnit.NANOSECONDS)) {
      return true;
    }
    try {
      boolean goesOn = commit(held, backlog.foldAlone(held, folded));
      settle();
      return goesOn;
    } finally {
      loneFolds.release();
    }
  }

  private boolean commit(Lease.Mine held, Batch batch) throws InterruptedException {
    settle();
    if (batch.size() == 0) {
      return halt(held, Objects.requireNonNull(batch.obstacle()));
    }
    send(held, batch);
    return true;
  }

  private boolean isQuiet() {
    return backlog.isEmpty() && reading == null && sending == null && !takingOver;
  }

  /** All before the event is applied. */
  private boolean halt(Lease.Mine held, String reason) throws InterruptedException {
    Await.of(redis.halt(work, held, reason));
    drop();
    become(new WorkerState.Halted(reason));
    return false;
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

  private void send(Lease.Mine held, Batch batch) {
    long start = System.nanoTime();
    Span span =
        tracing.begin(
            Stage.APPLY, work.view().name().value(), batch.causes(), start - batch.begun());
    sent = batch;
    folded = batch.last();
    sending =
        redis
            .commit(work, held, batch)
            .onComplete(done -> Tracing.end(span, batch.size(), done.cause()))
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
    int vanished = sweep(held, false);
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
    succession.caughtUp(held);
    return asked;
  }
}
