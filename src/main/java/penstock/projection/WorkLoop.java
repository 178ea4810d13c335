package penstock.projection;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jboss.logging.Logger;
import penstock.problem.ProblemException;
import penstock.redis.RedisReplyException;

/** Runs a worker's steps until the shutdown; nothing else ends it. Has a thread of its own. */
final class WorkLoop {

  private static final Logger LOG = Logger.getLogger(WorkLoop.class);

  private final Worker worker;
  private final Backoff backoff;
  private final Semaphore signal = new Semaphore(0);
  private final Thread thread;
  private final CountDownLatch stopping = new CountDownLatch(1);

  WorkLoop(Worker worker, Backoff backoff) {
    this.worker = worker;
    this.backoff = backoff;
    this.thread =
        Thread.ofVirtual()
            .name("penstock-worker-" + worker.assignment().view().name())
            .unstarted(this::run);
  }

  Worker worker() {
    return worker;
  }

  void start() {
    thread.start();
  }

  /** There is something to do. May be called on any thread; does not block. */
  void wake() {
    if (signal.availablePermits() == 0) {
      signal.release();
    }
  }

  /** Ends the loop; returns when the lease is given back, or after the patience. */
  void stop(Duration patience) {
    stopping.countDown();
    wake();
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
          if (!worker.runOnce()) {
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
      worker.close();
    } catch (InterruptedException shutdown) {
      LOG.infof("%s: interrupted", worker.assignment());
    }
  }

  /**
   * One that does not work is not woken by what is appended, or it would ask for its lease each
   * time.
   */
  private void rest() throws InterruptedException {
    long most = worker.patience().toNanos();
    if (!worker.state().equals(new WorkerState.Working())) {
      stopping.await(most, TimeUnit.NANOSECONDS);
    } else if (signal.tryAcquire(most, TimeUnit.NANOSECONDS)) {
      signal.drainPermits();
    }
  }

  /** What Redis refuses or cannot do is to be expected; the worker's state tells of it. */
  private void log(Throwable failure, Duration pause) {
    if (failure instanceof ProblemException || failure instanceof RedisReplyException) {
      LOG.debugf(
          "%s: %s; again in %d ms", worker.assignment(), failure.getMessage(), pause.toMillis());
    } else {
      LOG.errorf(failure, "%s: again in %d ms", worker.assignment(), pause.toMillis());
    }
  }
}
