package penstock.projection.worker;

import io.opentelemetry.api.trace.Span;
import io.vertx.core.Future;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import penstock.consumer.BlockingCall;
import penstock.consumer.worker.Lease;
import penstock.projection.ProjectionShard;
import penstock.stream.Position;
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
  private @Nullable Future<CommitRepository.Committed> underWay;
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
    Future<CommitRepository.Committed> sent = underWay;
    return sent != null && !sent.isComplete();
  }

  /**
   * Sends a commit; the one before must be settled.
   *
   * @param told the group was not given the events
   */
  void send(Lease lease, FoldBatch batch, boolean told) {
    long start = System.nanoTime();
    Span span =
        tracing.begin(
            PipelineStage.APPLY, shard.view().name().value(), batch.links(), start - batch.begun());
    sent = batch;
    folded = batch.last();
    Future<CommitRepository.Committed> commit =
        commits
            .commit(lease, batch, told, tail.listeners(shard.names()))
            .andThen(done -> Tracing.end(span, batch.size(), done.cause()))
            .map(
                committed -> {
                  if (committed.news() != null) {
                    tail.answered(shard.names(), committed.news());
                  }
                  meters.committed(batch, System.nanoTime() - start);
                  meters.lag(committed.appended() - committed.applied());
                  progress.applied(shard.names(), lease.life(), batch.last());
                  return committed;
                })
            .onFailure(
                failed -> {
                  tail.look(shard.names());
                  nudge.run();
                });
    underWay = commit;
    commit.onSuccess(done -> goOn.run());
  }

  /** Waits for the commit under way, and throws what it fails with. */
  void settle() throws InterruptedException {
    Future<CommitRepository.Committed> waited = underWay;
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
    Future<CommitRepository.Committed> done = underWay;
    if (done != null && done.failed()) {
      return false;
    }
    settled();
    return true;
  }

  private void settled() {
    if (underWay != null) {
      cache.committed(Objects.requireNonNull(sent).number());
      underWay = null;
    }
  }

  /** Forgets the commit under way: whether it was done is seen in what is applied. */
  void drop() {
    sent = null;
    underWay = null;
  }
}
