package penstock.projection.worker;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import penstock.consumer.BlockingCall;
import penstock.consumer.worker.ConsumerGroup;
import penstock.consumer.worker.Lease;
import penstock.consumer.worker.PendingSweeper;
import penstock.consumer.worker.RecordFetcher;
import penstock.consumer.worker.StepResult;
import penstock.redis.RedisReplyException;
import penstock.stream.Position;
import penstock.stream.log.LogNews;
import penstock.stream.log.RawRecord;
import penstock.stream.tail.CarriedCommit;

/**
 * Reads, folds and commits the log of one shard under one lease: while a batch is committed, the
 * next one is read and folded. Belongs to whoever has its task's turn, and blocks but in {@link
 * #advanceAtOnce}. Whatever fails, it is to be {@linkplain #drop dropped} and begun anew under
 * another lease.
 */
final class FoldPipeline {

  private final ConsumerGroup group;
  private final RecordFetcher fetcher;
  private final BatchBuilder builder;
  private final CommitPipeline commits;
  private final PendingSweeper sweeper;
  private final Semaphore loneFolds;
  private final Duration patience;

  /**
   * @param loneFolds one permit, shared by all shards of the process: for the one that folds an
   *     event alone
   * @param patience how long one step waits, for the permit or for what is appended
   */
  FoldPipeline(
      ConsumerGroup group,
      RecordFetcher fetcher,
      BatchBuilder builder,
      CommitPipeline commits,
      PendingSweeper sweeper,
      Semaphore loneFolds,
      Duration patience) {
    this.group = group;
    this.fetcher = fetcher;
    this.builder = builder;
    this.commits = commits;
    this.sweeper = sweeper;
    this.loneFolds = loneFolds;
    this.patience = patience;
  }

  /**
   * Begins under a new lease.
   *
   * @param applied the position up to which the view has applied the log
   */
  void begin(Lease lease, Position applied) {
    commits.begin(applied);
    fetcher.begin(applied, lease.delivered());
  }

  /**
   * What wakes the thread when a commit has failed that it does not wait for.
   *
   * @param goOn called when one is done, and something was told meanwhile
   */
  void wokenBy(Runnable nudge, Runnable goOn) {
    commits.wokenBy(
        nudge,
        () -> {
          if (fetcher.hasTold()) {
            goOn.run();
          }
        });
  }

  /** Something was appended of which is not told what it is. May be called on any thread. */
  void appended() {
    fetcher.appended();
  }

  /** This was appended. May be called on any thread. */
  void told(LogNews news) {
    fetcher.told(news);
  }

  /** What the commits sent so far bring the view to, if they succeed. */
  Position folded() {
    return commits.folded();
  }

  /** A number that no batch had. */
  long nextBatchNumber() {
    return builder.nextNumber();
  }

  /** Nothing is read, folded or committed. */
  boolean isQuiet() {
    return builder.isEmpty()
        && !fetcher.isReading()
        && !commits.isUnderWay()
        && !fetcher.isTakingOver();
  }

  /**
   * Folds the next batch and sends its commit.
   *
   * @param rests whether nobody has to hear when the log's end is reached: then a commit of what
   *     was told is not waited for
   */
  StepResult advance(Lease lease, boolean rests) throws InterruptedException {
    commits.settleCarried();
    if (builder.isEmpty()) {
      builder.addAll(next());
    }
    if (builder.isEmpty()) {
      if (rests && fetcher.hasTakenTold() && commits.isAwaited()) {
        return new StepResult.Waiting(patience);
      }
      commits.settle();
      if (!fetcher.isTakingOver()) {
        return StepResult.DRAINED;
      }
      fetcher.endTakeover(commits.folded());
      sweeper.sweepVanished(lease, commits.folded());
      return StepResult.ADVANCED;
    }
    fetcher.prefetch();
    return builder.beginsWithSuspect()
        ? advanceAlone(lease)
        : commit(lease, builder.fold(commits.folded()));
  }

  /**
   * Folds what was told, if it is little and all that it takes is known, and sends its commit; what
   * is told while a commit is under way, when that is done.
   *
   * @return whether nothing is left for the thread
   */
  boolean advanceAtOnce(Lease lease) {
    if (!builder.isEmpty()) {
      return false;
    }
    if (commits.isAwaited()) {
      return !fetcher.mustAsk();
    }
    if (!commits.settleAtOnce()) {
      return false;
    }
    builder.addAll(fetcher.takeTold(commits.folded()));
    FoldBatch batch = builder.isEmpty() ? null : builder.foldAtOnce(commits.folded());
    if (batch != null && batch.size() > 0) {
      commits.send(lease, batch, true);
    }
    return builder.isEmpty() && !fetcher.mustAsk();
  }

  /**
   * Folds what is about to be appended, if it can only be what comes next, is little, and all that
   * it takes is known; to be committed with it.
   *
   * @param records whose positions are not known yet
   * @return null if it is to be folded when it is told
   */
  @Nullable CarriedCommit carry(Lease lease, List<RawRecord> records) {
    if (!builder.isEmpty()
        || commits.isAwaited()
        || !commits.settleAtOnce()
        || !fetcher.hasTakenAllTold()) {
      return null;
    }
    FoldBatch batch = builder.foldAhead(commits.folded(), records);
    return batch == null ? null : commits.carry(lease, batch);
  }

  private List<RawRecord> next() throws InterruptedException {
    List<RawRecord> told = fetcher.takeTold(commits.folded());
    if (!told.isEmpty() || !fetcher.mustAsk()) {
      return told;
    }
    if (fetcher.hasTakenTold()) {
      // The commit of what was told moves the group behind it.
      commits.settle();
    }
    return fetcher.take();
  }

  /**
   * Alone in the process too: other views met the same event when it died, and if all tried it at
   * once, each would count the deaths that another one's fold brings about.
   */
  private StepResult advanceAlone(Lease lease) throws InterruptedException {
    commits.settle();
    if (!loneFolds.tryAcquire(patience.toNanos(), TimeUnit.NANOSECONDS)) {
      return StepResult.ADVANCED;
    }
    try {
      StepResult result = commit(lease, builder.foldAlone(lease, commits.folded()));
      commits.settle();
      return result;
    } finally {
      loneFolds.release();
    }
  }

  private StepResult commit(Lease lease, FoldBatch batch) throws InterruptedException {
    commits.settle();
    if (batch.size() == 0) {
      return new StepResult.Obstructed(Objects.requireNonNull(batch.obstacle()));
    }
    commits.send(lease, batch, fetcher.hasTakenTold());
    return StepResult.ADVANCED;
  }

  /**
   * Looks whether the log goes on although the group has nothing: then another consumer was given
   * what comes next.
   *
   * @return whether there is something to fold after all
   */
  boolean recheck(Lease lease) throws InterruptedException {
    sweeper.sweepVanished(lease, commits.folded());
    if (!BlockingCall.of(group.hasMore(commits.folded()))) {
      return false;
    }
    fetcher.appended();
    builder.addAll(next());
    if (builder.isEmpty()) {
      throw new RedisReplyException("GAP another consumer of the group was given entries");
    }
    return true;
  }

  /** Waits for the commit under way, and throws what it fails with. */
  void settle() throws InterruptedException {
    commits.settle();
  }

  /** Forgets all that was read ahead, and the commit under way. */
  void drop() {
    builder.clear();
    fetcher.drop();
    commits.drop();
  }
}
