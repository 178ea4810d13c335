package penstock.projection.worker;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import org.jboss.logging.Logger;
import penstock.problem.ProblemException;
import penstock.projection.ProjectionConfig;
import penstock.projection.ProjectionShard;
import penstock.projection.membership.PartitionAssignor;
import penstock.trace.Tracing;
import penstock.view.read.ProgressWaiters;

/**
 * Works one shard: gets the lease, and folds under it. A step at a time, on one thread of its own,
 * which may block; tests drive it by hand.
 *
 * <p>Whatever fails, all that was read ahead or cached is dropped and the work is taken over anew,
 * from what Redis says is applied.
 */
public final class ShardTask {

  private static final Logger LOG = Logger.getLogger(ShardTask.class);

  private final ProjectionShard shard;
  private final GenerationSwitch generationSwitch;
  private final PartitionAssignor assignor;
  private final ShardMeters meters;
  private final Duration leaseLength;
  private final LeaseKeeper leases;
  private final EntryCache cache;
  private final Suspects suspects;
  private final Takeover takeover;
  private final FoldPipeline pipeline;
  private final DeadLetterExecutor commands;
  private volatile boolean hasCommands;
  private volatile ShardTaskState state = new ShardTaskState.Starting();
  private Duration patience;

  /**
   * @param loneFolds one permit, shared by all tasks of the process: for the one that folds an
   *     event alone
   */
  ShardTask(
      ProjectionShard shard,
      ShardRepositories redis,
      GenerationSwitch generationSwitch,
      ProgressWaiters progress,
      PartitionAssignor assignor,
      ShardMeters meters,
      Tracing tracing,
      ProjectionConfig config,
      Semaphore loneFolds) {
    this.shard = shard;
    this.generationSwitch = generationSwitch;
    this.assignor = assignor;
    this.meters = meters;
    this.leaseLength = config.lease();
    this.leases = new LeaseKeeper(redis.leases(shard), meters, config.lease());
    this.patience = leases.interval();
    this.cache = new EntryCache(config.cacheSize().asLongValue());
    this.suspects = redis.suspects(shard);
    EntryRepository entries = redis.entries(shard);
    PendingSweeper sweeper = redis.sweeper(shard, leases, suspects, meters);
    this.takeover = new Takeover(shard, leases, entries, sweeper, suspects);
    ConsumerGroup group = redis.group(shard);
    CommitRepository commits = redis.commits(shard);
    this.pipeline =
        new FoldPipeline(
            group,
            new RecordFetcher(shard, group),
            new BatchBuilder(shard, entries, cache, suspects, tracing),
            new CommitPipeline(shard, commits, cache, meters, progress, tracing),
            sweeper,
            loneFolds,
            leases.interval());
    this.commands =
        new DeadLetterExecutor(
            shard, redis.commands(shard), redis.deadLetters(shard), entries, cache, commits);
  }

  public ProjectionShard shard() {
    return shard;
  }

  public ShardTaskState state() {
    return state;
  }

  /** After how much time another step makes sense when there was nothing to do and nothing came. */
  Duration patience() {
    return patience;
  }

  /** There is a command to the holder. May be called on any thread. */
  void commanded() {
    hasCommands = true;
  }

  /**
   * One step.
   *
   * @return false if there is nothing to do until something is appended or {@link #patience} passes
   */
  boolean runOnce() throws InterruptedException {
    try {
      Lease lease = leases.held();
      return lease == null ? acquire() : proceed(lease);
    } catch (RuntimeException | Error e) {
      drop();
      String reason = e.getMessage() == null ? e.toString() : e.getMessage();
      become(new ShardTaskState.Retrying(reason, e instanceof ProblemException));
      throw e;
    }
  }

  /** Commits what is under way and gives the lease back. */
  void close() throws InterruptedException {
    Lease lease = leases.held();
    if (lease != null) {
      release(lease);
    }
    become(new ShardTaskState.Stopped());
    meters.remove();
  }

  /** Gives the lease back even if the commit under way failed: a late one would find it fenced. */
  private void release(Lease lease) throws InterruptedException {
    try {
      pipeline.settle();
    } catch (RuntimeException e) {
      LOG.infof("the last commit failed: %s reason=%s", shard, e.getMessage());
    }
    try {
      leases.release(lease);
    } catch (RuntimeException e) {
      LOG.infof("the lease was not given back: %s reason=%s", shard, e.getMessage());
    } finally {
      drop();
      suspects.clear();
    }
  }

  private void drop() {
    leases.drop();
    pipeline.drop();
    cache.clear();
  }

  private void become(ShardTaskState next) {
    if (!next.equals(state)) {
      if (next instanceof ShardTaskState.Halted) {
        LOG.errorf("%s: %s", shard, next.text());
      } else {
        LOG.infof("%s: %s", shard, next.text());
      }
      state = next;
    }
    Lease lease = leases.held();
    meters.held(lease == null ? 0 : lease.number(), next instanceof ShardTaskState.Halted);
  }

  /** Another instance is to work: nothing is asked of Redis until that changes. */
  private boolean standBy() {
    patience = leaseLength;
    become(new ShardTaskState.StandingBy(assignor.owner(shard)));
    return false;
  }

  private boolean acquire() throws InterruptedException {
    if (!assignor.isMine(shard)) {
      return standBy();
    }
    patience = leases.interval();
    generationSwitch.enter();
    return switch (leases.acquire()) {
      case AcquireResult.Held held -> {
        Duration left = Duration.ofMillis(1 + Math.max(0, held.millisLeft()));
        patience = left.compareTo(patience) < 0 ? left : patience;
        become(new ShardTaskState.StandingBy(held.holder()));
        yield false;
      }
      case AcquireResult.Broken broken -> {
        become(new ShardTaskState.Halted(broken.reason()));
        yield false;
      }
      case AcquireResult.Partial partial -> {
        become(
            new ShardTaskState.Halted(
                "the log was trimmed up to %s before the view began; set penstock.views.%s.accept-partial-history=true to build it from what is left"
                    .formatted(partial.trimmed(), shard.view().name())));
        yield false;
      }
      case AcquireResult.Acquired acquired -> {
        hasCommands = true;
        pipeline.begin(acquired.lease(), takeover.prepare(acquired.lease()));
        become(new ShardTaskState.Working());
        yield true;
      }
    };
  }

  private boolean proceed(Lease lease) throws InterruptedException {
    if (!assignor.isMine(shard)) {
      release(lease);
      return standBy();
    }
    LeaseRepository.Renewal renewal = leases.renewIfDue(lease);
    if (hasCommands || renewal != null && renewal.commands() > 0) {
      pipeline.settle();
      hasCommands = false;
      if (commands.executeNext(lease, pipeline.folded(), pipeline.nextBatchNumber())) {
        hasCommands = true;
      }
    }
    if (renewal != null
        && renewal.ageMillis() < 0
        && renewal.pending() == 0
        && pipeline.isQuiet()) {
      return idle(lease, false);
    }
    return switch (pipeline.advance(lease)) {
      case FoldPipeline.StepResult.Advanced advanced -> true;
      case FoldPipeline.StepResult.Drained drained -> idle(lease, renewal != null);
      case FoldPipeline.StepResult.Obstructed obstructed -> halt(lease, obstructed.reason());
    };
  }

  /** All before the event is applied. */
  private boolean halt(Lease lease, String reason) throws InterruptedException {
    leases.halt(lease, reason);
    drop();
    become(new ShardTaskState.Halted(reason));
    return false;
  }

  /**
   * Nothing new.
   *
   * @param check whether to make sure that this is so, and not that another consumer was given what
   *     this one waits for
   */
  private boolean idle(Lease lease, boolean check) throws InterruptedException {
    meters.lag(0);
    if (check && pipeline.recheck(lease)) {
      return true;
    }
    generationSwitch.caughtUp(lease);
    return hasCommands;
  }
}
