package penstock.consumer.worker;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import penstock.consumer.Backoff;
import penstock.problem.IsolatedCall;
import penstock.problem.ProblemException;
import penstock.redis.RedisReplyException;
import penstock.stream.log.LogNews;
import penstock.stream.log.RawRecord;
import penstock.stream.tail.CarriedCommit;

/** Runs a task's steps until the shutdown; nothing else ends it. Has a thread of its own. */
final class WorkerThread {

  private static final Logger LOG = Logger.getLogger(WorkerThread.class);

  private final ShardTask task;
  private final Backoff backoff;
  private final Semaphore signal = new Semaphore(0);
  private final Thread thread;
  private final CountDownLatch stopping = new CountDownLatch(1);
  private final Promise<Void> ended = Promise.promise();

  WorkerThread(ShardTask task, Backoff backoff) {
    this.task = task;
    this.backoff = backoff;
    this.thread =
        Thread.ofVirtual().name("penstock-worker-" + task.shard().name()).unstarted(this::run);
    task.wokenBy(this::nudge, this::goOn);
  }

  ShardTask task() {
    return task;
  }

  void start() {
    thread.start();
  }

  /**
   * Something was appended, which concerns only one that works: another one would ask for its lease
   * each time. May be called on any thread; does not block.
   */
  void wake() {
    task.appended();
    nudgeIfWorking();
  }

  /** The same, and this is what was appended. */
  void wake(LogNews news) {
    task.told(news);
    if (isWorking()) {
      goOn();
    }
  }

  /** What is to be written with events that are about to be appended; null if nothing is. */
  @Nullable CarriedCommit carry(List<RawRecord> records) {
    return isWorking() ? task.carry(records) : null;
  }

  /** Does what there is to do here, or on the thread. */
  private void goOn() {
    if (!task.advanceAtOnce()) {
      nudge();
    }
  }

  private void nudgeIfWorking() {
    if (isWorking()) {
      nudge();
    }
  }

  private boolean isWorking() {
    return task.state() instanceof ShardTaskState.Working;
  }

  /** Who is to work may have changed. May be called on any thread; does not block. */
  void nudge() {
    if (signal.availablePermits() == 0) {
      signal.release();
    }
  }

  /** Runs something when the loop is to end; at once if it is already. */
  void onEnd(Runnable what) {
    ended.future().onComplete(ending -> what.run());
  }

  /** Begins to end the loop. */
  void end() {
    IsolatedCall.settle(ended, Future.succeededFuture());
    stopping.countDown();
    nudge();
  }

  /** Ends the loop; returns when the lease is given back, or after the patience. */
  void stop(Duration patience) {
    end();
    try {
      if (!thread.join(patience)) {
        thread.interrupt();
      }
    } catch (InterruptedException e) {
      thread.interrupt();
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    int failures = 0;
    try {
      while (stopping.getCount() > 0) {
        try {
          if (!task.runOnce()) {
            rest();
          }
          failures = 0;
        } catch (RuntimeException | Error e) {
          failures++;
          Duration pause = backoff.after(failures, RandomGenerator.getDefault());
          log(e, pause);
          stopping.await(pause.toNanos(), TimeUnit.NANOSECONDS);
        }
      }
      task.close();
    } catch (InterruptedException shutdown) {
      LOG.infof("%s: interrupted", task.shard());
    }
  }

  private void rest() throws InterruptedException {
    if (signal.tryAcquire(task.patience().toNanos(), TimeUnit.NANOSECONDS)) {
      signal.drainPermits();
    }
  }

  /** What Redis refuses or cannot do is to be expected; the worker's state shows it. */
  private void log(Throwable failure, Duration pause) {
    if (failure instanceof ProblemException || failure instanceof RedisReplyException) {
      LOG.debugf("%s: %s; again in %d ms", task.shard(), failure.getMessage(), pause.toMillis());
    } else {
      LOG.errorf(failure, "%s: again in %d ms", task.shard(), pause.toMillis());
    }
  }
}
