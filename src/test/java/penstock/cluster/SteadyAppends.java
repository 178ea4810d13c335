package penstock.cluster;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;

/**
 * Appends an event to a stream every few milliseconds, whether those before it are answered or not,
 * and knows when which were acknowledged. Times are {@link System#nanoTime}.
 */
final class SteadyAppends implements AutoCloseable {

  private static final long INTERVAL_NANOS = 10_000_000;
  private static final Duration ANSWER = Duration.ofSeconds(10);

  /** More than come within the time of an answer. */
  private static final int MOST_UNDER_WAY = 4_000;

  private final ConcurrentSkipListSet<Long> acknowledged = new ConcurrentSkipListSet<>();
  private final Semaphore underWay = new Semaphore(MOST_UNDER_WAY);
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final HttpRequest request;
  private final Thread thread;
  private volatile boolean over;

  SteadyAppends(ServiceProcess service, String stream) {
    request =
        HttpRequest.newBuilder(service.uri().resolve("/streams/" + stream + "/events?type=t"))
            .timeout(ANSWER)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString("{}"))
            .build();
    thread = Thread.ofPlatform().start(this::run);
  }

  private void run() {
    while (!over) {
      if (underWay.tryAcquire()) {
        client
            .sendAsync(request, BodyHandlers.discarding())
            .whenComplete(
                (answer, failure) -> {
                  underWay.release();
                  if (failure == null && answer.statusCode() < 300) {
                    acknowledged.add(System.nanoTime());
                  }
                });
      }
      LockSupport.parkNanos(INTERVAL_NANOS);
    }
  }

  /** Waits for the first acknowledgement after that moment; returns when it was. */
  long awaitOneAfter(long moment) {
    while (true) {
      Long first = acknowledged.higher(moment);
      if (first != null) {
        return first;
      }
      LockSupport.parkNanos(INTERVAL_NANOS);
    }
  }

  /** The longest time between two acknowledgements since then. */
  long longestGap(long since) {
    long longest = 0;
    long before = since;
    for (long one : acknowledged.tailSet(since)) {
      longest = Math.max(longest, one - before);
      before = one;
    }
    return longest;
  }

  @Override
  public void close() {
    over = true;
    client.shutdownNow();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
