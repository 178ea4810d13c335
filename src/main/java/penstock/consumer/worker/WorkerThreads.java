package penstock.consumer.worker;

import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import penstock.consumer.Backoff;
import penstock.consumer.Shard;
import penstock.consumer.membership.ControlMessage;
import penstock.stream.LogEntry;
import penstock.stream.LogState;
import penstock.stream.Partition;
import penstock.stream.log.LogNews;
import penstock.stream.log.RawRecord;
import penstock.stream.tail.CarriedCommit;
import penstock.stream.tail.Tail;
import penstock.stream.tail.TailListener;

/**
 * The threads of this instance's tasks, one for each shard. The tail of a shard's log wakes its
 * thread. May be used from any thread.
 */
public final class WorkerThreads {

  private static final Logger LOG = Logger.getLogger(WorkerThreads.class);

  private final Vertx vertx;
  private final Tail tail;
  private final Function<Shard, ShardTask> tasks;
  private final Duration patience;
  private final Duration backoff;

  /** By the state key of the shard. */
  private final Map<String, WorkerThread> threads = new ConcurrentHashMap<>();

  /**
   * @param tasks makes the task of a shard
   * @param patience how long a thread that is to end may take
   * @param backoff the longest pause after failures
   */
  public WorkerThreads(
      Vertx vertx,
      Tail tail,
      Function<Shard, ShardTask> tasks,
      Duration patience,
      Duration backoff) {
    this.vertx = vertx;
    this.tail = tail;
    this.tasks = tasks;
    this.patience = patience;
    this.backoff = backoff;
  }

  /** Begins and ends threads so that there is one for each of these shards. */
  public void assign(List<? extends Shard> shards) {
    var ended = new HashMap<>(threads);
    for (Shard shard : shards) {
      if (ended.remove(shard.names().state()) == null) {
        begin(shard);
      }
    }
    ended.forEach(
        (key, thread) -> {
          LOG.infof("not worked any more: %s", thread.task().shard());
          threads.remove(key);
          Thread.ofVirtual().start(() -> thread.stop(patience));
        });
  }

  private void begin(Shard shard) {
    WorkerThread thread = new WorkerThread(tasks.apply(shard), new Backoff(backoff));
    threads.put(shard.names().state(), thread);
    follow(thread);
    thread.start();
  }

  /** Has the thread woken; tries again until that succeeds. Meanwhile it looks by itself. */
  private void follow(WorkerThread thread) {
    Partition partition = thread.task().shard().partition();
    Waker waker = new Waker(thread);
    tail.follow(partition, waker)
        .onSuccess(
            following -> {
              thread.onEnd(() -> tail.unfollow(partition, waker));
              thread.wake();
            })
        .onFailure(
            failure -> vertx.setTimer(Math.max(1, backoff.toMillis()), again -> retry(thread)));
  }

  private void retry(WorkerThread thread) {
    if (threads.containsValue(thread)) {
      follow(thread);
    }
  }

  /** Who is to work what may have changed. */
  public void nudgeAll() {
    threads.values().forEach(WorkerThread::nudge);
  }

  /** Takes in a message that may be about one of the shards. */
  public void received(ControlMessage message) {
    WorkerThread about = threads.get(message.about());
    if (about != null) {
      if (message.kind() == ControlMessage.Type.REQUESTED) {
        about.task().commanded();
      }
      about.nudge();
    }
  }

  /** Ends all threads at the same time, and waits for each. */
  public void stop() {
    var stopping = new ArrayList<Thread>();
    for (WorkerThread thread : threads.values()) {
      stopping.add(Thread.ofVirtual().start(() -> thread.stop(patience)));
    }
    for (Thread each : stopping) {
      try {
        each.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  public boolean isEmpty() {
    return threads.isEmpty();
  }

  public List<ShardTask> tasks() {
    return threads.values().stream().map(WorkerThread::task).toList();
  }

  private record Waker(WorkerThread thread) implements TailListener {

    @Override
    public boolean wantsEntries() {
      return false;
    }

    @Override
    public void appended(LogState log, List<LogEntry> entries) {
      thread.wake();
    }

    @Override
    public void told(LogState log, LogNews news) {
      thread.wake(news);
    }

    @Override
    public @Nullable CarriedCommit carry(List<RawRecord> records) {
      return thread.carry(records);
    }

    @Override
    public void moved(LogState log) {
      thread.wake();
    }
  }
}
