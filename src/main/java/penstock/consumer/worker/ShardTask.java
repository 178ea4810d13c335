package penstock.consumer.worker;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import penstock.consumer.Shard;
import penstock.consumer.membership.PartitionAssignor;
import penstock.problem.ProblemException;
import penstock.redis.RedisReplyException;
import penstock.stream.log.LogNews;
import penstock.stream.log.RawRecord;
import penstock.stream.tail.CarriedCommit;

/**
 * Works one shard: gets the lease, and works under it. A step at a time, on one thread of its own,
 * which may block; tests drive it by hand. While that rests, a step that takes no waiting may be
 * taken where there is something to do: so whoever takes one has the task's turn.
 *
 * <p>The turn is a lock, which is held for the whole of a step. What belongs to whoever has it,
 * here and in the pipeline, is read and written under it only: so each sees all that was done in
 * the turns before, on whatever threads they were, and nothing of it need be volatile. What other
 * threads may call between turns says so, and looks after itself.
 *
 * <p>Whatever fails, all that was read ahead or cached is dropped and the work is taken over anew,
 * from what Redis says is done.
 */
public final class ShardTask {

  private static final Logger LOG = Logger.getLogger(ShardTask.class);

  private final Shard shard;
  private final PartitionAssignor assignor;
  private final ShardMonitor monitor;
  private final Duration leaseLength;
  private final LeaseKeeper leases;
  private final ShardPipeline pipeline;
  private volatile boolean hasCommands;
  private volatile ShardTaskState state = new ShardTaskState.Starting();

  /** The thread's own: no other step changes it. */
  private Duration patience;

  /** Held by whoever takes a step. */
  private final ReentrantLock turn = new ReentrantLock();

  /** What a step failed with that was not taken by the thread; null if none did. */
  private @Nullable Throwable failure;

  /**
   * @param assignor says whether this instance is to work the shard
   * @param pipeline what becomes of the events
   */
  public ShardTask(
      Shard shard,
      PartitionAssignor assignor,
      LeaseKeeper leases,
      ShardPipeline pipeline,
      ShardMonitor monitor,
      Duration leaseLength) {
    this.shard = shard;
    this.assignor = assignor;
    this.monitor = monitor;
    this.leaseLength = leaseLength;
    this.leases = leases;
    this.pipeline = pipeline;
    this.patience = leases.interval();
  }

  public Shard shard() {
    return shard;
  }

  public ShardTaskState state() {
    return state;
  }

  /** In a few words, with what is in its way. */
  public String description() {
    String trouble = pipeline.trouble();
    return state instanceof ShardTaskState.Working && !trouble.isEmpty()
        ? state.text() + "; last error: " + trouble
        : state.text();
  }

  /** What wakes the thread of this task; may be called on any thread. */
  void wokenBy(Runnable nudge, Runnable goOn) {
    pipeline.wokenBy(nudge, goOn);
  }

  /** Something was appended to the log. May be called on any thread. */
  public void appended() {
    pipeline.appended();
  }

  /** The same, and this is what was appended. May be called on any thread. */
  public void told(LogNews news) {
    pipeline.told(news);
  }

  /** After how much time another step makes sense when there was nothing to do and nothing came. */
  public Duration patience() {
    return patience;
  }

  /** There is a command to the holder. May be called on any thread. */
  public void commanded() {
    hasCommands = true;
    leases.renewSoon();
  }

  /**
   * One step.
   *
   * @return false if there is nothing to do until something is appended or {@link #patience} passes
   */
  public boolean runOnce() throws InterruptedException {
    turn.lock();
    try {
      return step();
    } finally {
      turn.unlock();
    }
  }

  /**
   * One step in the place of the thread, if that rests and the step takes no waiting. On any
   * thread; does not block.
   *
   * @return whether nothing is left for the thread
   */
  public boolean advanceAtOnce() {
    if (turn.isHeldByCurrentThread() || !turn.tryLock()) {
      return false;
    }
    try {
      Lease lease = undisturbed();
      return lease != null && pipeline.advanceAtOnce(lease);
    } catch (RuntimeException | Error e) {
      failure = e;
      return false;
    } finally {
      turn.unlock();
    }
  }

  /**
   * What is to be written with events that are about to be appended. On any thread; does not block.
   *
   * @param records whose positions are not known yet
   * @return null if nothing is to be written with them, or the thread does not rest
   */
  public @Nullable CarriedCommit carry(List<RawRecord> records) {
    if (turn.isHeldByCurrentThread() || !turn.tryLock()) {
      return null;
    }
    try {
      Lease lease = undisturbed();
      return lease == null ? null : pipeline.carry(lease, records);
    } catch (RuntimeException | Error e) {
      failure = e;
      return null;
    } finally {
      turn.unlock();
    }
  }

  /** The lease, if there is nothing to do but the next events; else null. */
  private @Nullable Lease undisturbed() {
    return failure == null && !hasCommands && !leases.isDue() && assignor.isMine(shard)
        ? leases.held()
        : null;
  }

  private void throwFailure() {
    Throwable before = failure;
    failure = null;
    switch (before) {
      case null -> {}
      case RuntimeException defect -> throw defect;
      case Error defect -> throw defect;
      default -> throw new IllegalStateException(before);
    }
  }

  private boolean step() throws InterruptedException {
    try {
      throwFailure();
      Lease lease = leases.held();
      return lease == null ? acquire() : proceed(lease);
    } catch (RuntimeException | Error e) {
      drop();
      String reason = e.getMessage() == null ? e.toString() : e.getMessage();
      become(new ShardTaskState.Retrying(reason, isPassing(e)));
      throw e;
    }
  }

  /**
   * Redis is in the way, or the log was removed with its groups, which whoever takes the lease anew
   * makes again.
   */
  private static boolean isPassing(Throwable failure) {
    return failure instanceof ProblemException
        || failure instanceof RedisReplyException reply && reply.code().equals("NOGROUP");
  }

  /** Commits what is under way and gives the lease back. */
  public void close() throws InterruptedException {
    turn.lock();
    try {
      Lease lease = leases.held();
      if (lease != null) {
        release(lease);
      }
      become(new ShardTaskState.Stopped());
      pipeline.close();
    } finally {
      turn.unlock();
    }
    monitor.remove();
  }

  /** Gives the lease back even if the commit under way failed: a late one would find it fenced. */
  private void release(Lease lease) throws InterruptedException {
    try {
      pipeline.finish(lease);
    } catch (RuntimeException e) {
      LOG.infof("the last commit failed: %s reason=%s", shard, e.getMessage());
    }
    try {
      leases.release(lease);
    } catch (RuntimeException e) {
      LOG.infof("the lease was not given back: %s reason=%s", shard, e.getMessage());
    } finally {
      drop();
      pipeline.released();
    }
  }

  private void drop() {
    leases.drop();
    pipeline.drop();
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
    monitor.held(lease == null ? 0 : lease.number(), next instanceof ShardTaskState.Halted);
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
    pipeline.enter();
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
      case AcquireResult.Paused paused -> {
        become(new ShardTaskState.Paused());
        yield false;
      }
      case AcquireResult.Acquired acquired -> {
        hasCommands = true;
        pipeline.begin(acquired.lease());
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
    patience = leases.interval();
    LeaseRepository.Renewal renewal = leases.renewIfDue(lease);
    if (renewal != null && renewal.paused()) {
      release(lease);
      become(new ShardTaskState.Paused());
      return false;
    }
    if (hasCommands || renewal != null && renewal.commands() > 0) {
      pipeline.settle();
      hasCommands = false;
      if (pipeline.executeNext(lease)) {
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
      case StepResult.Advanced advanced -> true;
      case StepResult.Drained drained -> idle(lease, renewal != null);
      case StepResult.Waiting waiting -> {
        if (renewal != null && pipeline.recheck(lease)) {
          yield true;
        }
        patience = waiting.most().compareTo(patience) < 0 ? waiting.most() : patience;
        yield false;
      }
      case StepResult.Obstructed obstructed -> halt(lease, obstructed.reason());
    };
  }

  /** All before the event is done. */
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
    monitor.lag(0);
    if (check && pipeline.recheck(lease)) {
      return true;
    }
    pipeline.caughtUp(lease);
    return hasCommands;
  }
}
