package penstock.cluster;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.LongAdder;

/** Several producers, each on a thread of its own, until they are told to stop. */
final class Producers implements AutoCloseable {

  private final Map<String, Attempt> attempts = new ConcurrentHashMap<>();
  private final Queue<String> violations = new ConcurrentLinkedQueue<>();
  private final LongAdder retried = new LongAdder();
  private final LongAdder duplicates = new LongAdder();
  private final CountDownLatch stopping = new CountDownLatch(1);
  private final List<Thread> threads = new ArrayList<>();

  /**
   * @param instances where they can send to; each request goes to one of them
   * @param stream what they append to
   */
  Producers(Settings settings, List<URI> instances, String stream) {
    for (int i = 0; i < settings.producers(); i++) {
      Producer producer = new Producer(this, settings, i, instances, stream);
      threads.add(Thread.ofVirtual().name("producer-" + i).start(producer::run));
    }
  }

  void ended(Attempt attempt) {
    attempts.put(attempt.event().id(), attempt);
  }

  void retried() {
    retried.increment();
  }

  void duplicate() {
    duplicates.increment();
  }

  void violation(String what) {
    violations.add(what);
  }

  CountDownLatch stopping() {
    return stopping;
  }

  /** Lets each end what it is at, and waits for that. */
  void stop() {
    stopping.countDown();
    for (Thread thread : threads) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      }
    }
  }

  Map<String, Attempt> attempts() {
    return attempts;
  }

  /** Answers that no fault explains. */
  List<String> violations() {
    return List.copyOf(violations);
  }

  long acknowledged() {
    return attempts.values().stream().filter(Attempt::isAcknowledged).count();
  }

  long unknown() {
    return attempts.size() - acknowledged();
  }

  long retries() {
    return retried.sum();
  }

  /** Events of which a producer learned that they were in the log already. */
  long duplicates() {
    return duplicates.sum();
  }

  @Override
  public void close() {
    stopping.countDown();
    threads.forEach(Thread::interrupt);
  }
}
