package penstock.cluster;

import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import penstock.sink.archive.OpenSearch;

/** What befalls the node of an archive, one after the other, until it is told to stop. */
final class ArchiveFaults implements AutoCloseable {

  private static final List<Fault> CHOICE =
      List.of(Fault.KILL_ARCHIVE, Fault.FREEZE_ARCHIVE, Fault.FREEZE_ARCHIVE, Fault.BLOCK_ARCHIVE);

  private static final int MOST_MILLIS = 4_000;

  private final OpenSearch node;
  private final String index;
  private final Chronicle chronicle;
  private final Random random;
  private final CountDownLatch stopping = new CountDownLatch(1);
  private final Queue<String> failures = new ConcurrentLinkedQueue<>();
  private final Thread lane;

  ArchiveFaults(OpenSearch node, String index, Chronicle chronicle, long seed) {
    this.node = node;
    this.index = index;
    this.chronicle = chronicle;
    this.random = new Random(seed);
    this.lane = Thread.ofVirtual().name("faults-archive").start(this::run);
  }

  private void run() {
    try {
      while (stopping.getCount() > 0) {
        pause();
        perform(CHOICE.get(random.nextInt(CHOICE.size())));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      failures.add("the lane of the archive failed: " + e);
    }
  }

  private void perform(Fault fault) throws InterruptedException {
    chronicle.begin(fault);
    switch (fault) {
      case KILL_ARCHIVE -> {
        node.kill();
        try {
          pause();
        } finally {
          node.startAgain();
        }
      }
      case FREEZE_ARCHIVE -> {
        node.pause();
        try {
          pause();
        } finally {
          node.resume();
        }
      }
      case BLOCK_ARCHIVE -> {
        if (block("true")) {
          try {
            pause();
          } finally {
            block("null");
          }
        }
      }
      default -> throw new IllegalArgumentException(fault.toString());
    }
    chronicle.tell("end of " + fault);
  }

  /** Whether it was done: there may be no index yet. */
  private boolean block(String value) {
    if (node.count(index) == 0) {
      return false;
    }
    node.ask(
        "PUT",
        "/" + index + "/_settings",
        "{\"index.blocks.read_only_allow_delete\":" + value + "}");
    return true;
  }

  private void pause() throws InterruptedException {
    stopping.await(Duration.ofMillis(random.nextInt(MOST_MILLIS)).toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Ends all faults; when it returns the node is up again. */
  void stop() throws InterruptedException {
    stopping.countDown();
    lane.join();
  }

  /** What could not be done. */
  List<String> failures() {
    return List.copyOf(failures);
  }

  @Override
  public void close() {
    stopping.countDown();
    try {
      lane.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
