package penstock.projection;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jboss.logging.Logger;

/** Runs a worker's steps until the shutdown; nothing else ends it. Has a thread of its own. */
final class WorkLoop {

  private static final Logger LOG = Logger.getLogger(WorkLoop.class);

  private final Worker worker;
  private final Backoff backoff;
  private final Semaphore signal = new Semaphore(0);
  private final Thread thread;
  private volatile boolean stopping;

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
    stopping = true;
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
      while (!stopping) {
        try {
          if (!worker.runOnce()) {
            pause(worker.patience());
          }
          failures = 0;
        } catch (RuntimeException e) {
          failures++;
          Duration pause = backoff.after(failures, RandomGenerator.getDefault());
          LOG.debugf(e, "%s: again in %d ms", worker.assignment(), pause.toMillis());
          pause(pause);
        }
      }
      worker.close();
    } catch (InterruptedException shutdown) {
      LOG.infof("%s: interrupted", worker.assignment());
    }
  }

  private void pause(Duration most) throws InterruptedException {
    if (!stopping && signal.tryAcquire(most.toNanos(), TimeUnit.NANOSECONDS)) {
      signal.drainPermits();
    }
  }
}
