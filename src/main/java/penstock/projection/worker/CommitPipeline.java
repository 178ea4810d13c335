package penstock.projection.worker;

import io.opentelemetry.api.trace.Span;
import io.vertx.core.Future;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import penstock.consumer.BlockingCall;
import penstock.consumer.worker.Lease;
import penstock.projection.ProjectionShard;
import penstock.stream.Position;
import penstock.stream.tail.CarriedCommit;
import penstock.stream.tail.Tail;
import penstock.trace.PipelineStage;
import penstock.trace.Tracing;
import penstock.view.read.ProgressWaiters;

/**
 * Commits the batches of one shard, one at a time: while a commit is under way, the next batch is
 * folded. Belongs to whoever has its task's turn.
 */
final class CommitPipeline {

  private final ProjectionShard shard;
  private final CommitRepository commits;
  private final EntryCache cache;
  private final ShardMeters meters;
  private final ProgressWaiters progress;
  private final Tracing tracing;
  private final Tail tail;

  /** What the commits sent so far bring the view to, if they succeed. */
  private Position folded = Position.ZERO;

  private @Nullable FoldBatch sent;

  /** Brings nothing where a commit goes along with an append, and nothing of it was written. */
  private @Nullable Future<Optional<CommitRepository.Committed>> underWay;

  /** The commit under way goes along with an append: where it brings the view to is not known. */
  private boolean isCarried;

  private Runnable nudge = () -> {};
  private Runnable goOn = () -> {};

  CommitPipeline(
      ProjectionShard shard,
      CommitRepository commits,
      EntryCache cache,
      ShardMeters meters,
      ProgressWaiters progress,
      Tracing tracing,
      Tail tail) {
    this.shard = shard;
    this.commits = commits;
    this.cache = cache;
    this.meters = meters;
    this.progress = progress;
    this.tracing = tracing;
    this.tail = tail;
  }

  /**
   * What wakes the thread when a commit has failed.
   *
   * @param goOn called when one is done, where its answer comes
   */
  void wokenBy(Runnable nudge, Runnable goOn) {
    this.nudge = nudge;
    this.goOn = goOn;
  }

  /** Begins under a new lease, with what is applied. */
  void begin(Position applied) {
    folded = applied;
  }

  /** What the commits sent so far bring the view to, if they succeed. */
  Position folded() {
    return folded;
  }

  boolean isUnderWay() {
    return underWay != null;
  }

  /** A commit was sent that is not answered yet; if it fails, the thread is woken. */
  boolean isAwaited() {
    Future<Optional<CommitRepository.Committed>> sent = underWay;
    return sent != null && !sent.isComplete();
  }

  /**
   * Sends a commit; the one before must be settled.
   *
   * @param told the group was not given the events
   */
  void send(Lease lease, FoldBatch batch, boolean told) {
    folded = batch.last();
    follow(
        lease,
        batch,
        () -> commits.commit(lease, batch, told, tail.listeners(shard.names())).map(Optional::of));
  }

  /**
   * Has a commit go along with the append of its events; the one before must be settled.
   *
   * @param batch of events whose positions are not known yet
   */
  CarriedCommit carry(Lease lease, FoldBatch batch) {
    var carried = new CarriedFold(commits, lease, batch, tail.listeners(shard.names()));
    isCarried = true;
    follow(lease, batch, carried::done);
    return carried;
  }

  private void follow(
      Lease lease, FoldBatch batch, Supplier<Future<Optional<CommitRepository.Committed>>> answer) {
    long start = System.nanoTime();
    Span span =
        tracing.begin(
            PipelineStage.APPLY, shard.view().name().value(), batch.links(), start - batch.begun());
    sent = batch;
    Future<Optional<CommitRepository.Committed>> commit =
        answer
            .get()
            .andThen(done -> Tracing.end(span, batch.size(), done.cause()))
            .andThen(
                done -> {
                  if (done.succeeded()) {
                    done.result().ifPresent(of -> committed(lease, batch, of, start));
                  }
                })
            .onFailure(
                failed -> {
                  tail.look(shard.names());
                  nudge.run();
                });
    underWay = commit;
    commit.onSuccess(done -> goOn.run());
  }

  private void committed(
      Lease lease, FoldBatch batch, CommitRepository.Committed done, long start) {
    if (done.news() != null) {
      tail.answered(shard.names(), done.news());
    }
    meters.committed(batch, done.positions(), System.nanoTime() - start);
    meters.lag(done.appended() - done.applied());
    progress.applied(shard.names(), lease.life(), done.positions().getLast());
  }

  /** Waits for the commit under way if it goes along with an append; see {@link #settle}. */
  void settleCarried() throws InterruptedException {
    if (isCarried) {
      settle();
    }
  }

  /** Waits for the commit under way, and throws what it fails with. */
  void settle() throws InterruptedException {
    Future<Optional<CommitRepository.Committed>> waited = underWay;
    if (waited == null) {
      return;
    }
    try {
      BlockingCall.of(waited);
      settled();
    } catch (RuntimeException e) {
      meters.refused();
      throw e;
    }
  }

  /**
   * The same without waiting: there is none under way that is not answered.
   *
   * @return false if it failed, which is for {@link #settle} to say
   */
  boolean settleAtOnce() {
    Future<Optional<CommitRepository.Committed>> done = underWay;
    if (done != null && done.failed()) {
      return false;
    }
    settled();
    return true;
  }

  private void settled() {
    if (underWay == null) {
      return;
    }
    FoldBatch batch = Objects.requireNonNull(sent);
    underWay.result().ifPresentOrElse(done -> folded = done.positions().getLast(), batch::undo);
    cache.committed(batch.number());
    underWay = null;
    isCarried = false;
  }

  /** Forgets the commit under way: whether it was done is seen in what is applied. */
  void drop() {
    sent = null;
    underWay = null;
    isCarried = false;
  }
}
