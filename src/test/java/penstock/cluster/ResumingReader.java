package penstock.cluster;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import penstock.feed.FeedClient;

/** As an EventSource: comes back by its last id whenever its feed ends. */
final class ResumingReader implements AutoCloseable {

  private static final Duration PAUSE = Duration.ofMillis(200);
  private static final long LOOK_NANOS = 20_000_000;

  final List<String> seen = new CopyOnWriteArrayList<>();
  final Queue<String> failures = new ConcurrentLinkedQueue<>();
  private final int port;
  private final String path;
  private final Thread thread;
  volatile int connects;
  private volatile boolean closing;

  ResumingReader(int port, String path) {
    this.port = port;
    this.path = path;
    this.thread = Thread.ofVirtual().name("reader").start(this::run);
  }

  private void run() {
    String last = null;
    while (!closing) {
      connects++;
      try (FeedClient client = FeedClient.open(port, path, last)) {
        int taken = 0;
        while (!closing && !client.hasEnded()) {
          taken = take(client, taken);
          LockSupport.parkNanos(LOOK_NANOS);
        }
        take(client, taken);
        last = client.lastEventId().isEmpty() ? null : client.lastEventId();
        if (!client.messages("reset").isEmpty()) {
          failures.add("reset");
        }
      } catch (UncheckedIOException failed) {
        failures.add(failed.toString());
      }
      LockSupport.parkNanos(PAUSE.toNanos());
    }
  }

  private int take(FeedClient client, int taken) {
    List<FeedClient.Message> messages = client.messages();
    int size = messages.size();
    for (FeedClient.Message message : messages.subList(taken, size)) {
      if (message.event().equals("message")) {
        seen.add(FeedClient.idOf(message));
      }
    }
    return size;
  }

  @Override
  public void close() {
    closing = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
