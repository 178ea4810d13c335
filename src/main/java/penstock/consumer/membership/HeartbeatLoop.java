package penstock.consumer.membership;

import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import penstock.consumer.Backoff;
import penstock.consumer.BlockingCall;
import penstock.consumer.ProjectionConfig;
import penstock.view.GenerationRegistry;
import penstock.view.RegistrySnapshot;

/**
 * Keeps the {@link PartitionAssignor} up to date: sends heartbeats, hears who else lives, and
 * follows the control messages. Has a thread of its own, which spends its time in one blocked read:
 * that ends with a message, when the next heartbeat is due, or when another instance would count as
 * gone.
 */
public final class HeartbeatLoop {

  private static final Logger LOG = Logger.getLogger(HeartbeatLoop.class);

  /** Heartbeats within the time after which an instance counts as gone. */
  private static final int HEARTBEATS = 3;

  /** Of the time that unused generations are kept, how often it is looked for them. */
  private static final int REAPS = 20;

  private static final Duration LEAST_REAP_INTERVAL = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofMillis(500);
  private static final Set<ControlMessage.Type> OF_ALL =
      EnumSet.of(ControlMessage.Type.MEMBERS, ControlMessage.Type.VIEWS);

  private final Membership membership;
  private final GenerationRegistry generations;
  private final PartitionAssignor assignor;
  private final Runnable reaper;
  private final Duration lease;
  private final Duration reapInterval;
  private final Function<RegistrySnapshot, List<String>> wanted;
  private final Consumer<Update> listener;
  private final Backoff backoff = new Backoff(LONGEST_PAUSE);
  private final CountDownLatch stopping = new CountDownLatch(1);
  private final Thread thread = Thread.ofVirtual().name("penstock-membership").unstarted(this::run);

  private @Nullable String last;
  private long beaten;
  private long reaped = System.nanoTime();
  private long millisLeft;

  /**
   * @param wanted the names of what this instance works, by what is registered
   * @param listener is called on the loop's thread
   */
  public HeartbeatLoop(
      Membership membership,
      GenerationRegistry generations,
      PartitionAssignor assignor,
      Runnable reaper,
      ProjectionConfig config,
      Function<RegistrySnapshot, List<String>> wanted,
      Consumer<Update> listener) {
    this.membership = membership;
    this.generations = generations;
    this.assignor = assignor;
    this.reaper = reaper;
    this.lease = config.lease();
    Duration part = config.keepUnused().dividedBy(REAPS);
    this.reapInterval = part.compareTo(LEAST_REAP_INTERVAL) < 0 ? LEAST_REAP_INTERVAL : part;
    this.wanted = wanted;
    this.listener = listener;
  }

  /**
   * What is new.
   *
   * @param registry what is registered; null if it was not looked
   * @param changed whether the assignor knows something else than before
   * @param messages that were read
   */
  public record Update(
      @Nullable RegistrySnapshot registry, boolean changed, List<ControlMessage> messages) {}

  public void start() {
    thread.start();
  }

  /** Ends it, and takes this instance off the list. Does nothing the second time. */
  public void stop() {
    if (stopping.getCount() == 0 || !thread.isAlive()) {
      return;
    }
    stopping.countDown();
    thread.interrupt();
    try {
      thread.join();
      BlockingCall.of(membership.leave());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      LOG.infof("the others do not know that this instance ends: %s", e.getMessage());
    }
  }

  private void run() {
    int failures = 0;
    try {
      while (stopping.getCount() > 0) {
        try {
          runOnce();
          failures = 0;
        } catch (RuntimeException | Error e) {
          failures++;
          LOG.debugf(e, "membership: again soon");
          long pause = backoff.after(failures, RandomGenerator.getDefault()).toNanos();
          stopping.await(pause, TimeUnit.NANOSECONDS);
          beaten = 0;
        }
      }
    } catch (InterruptedException shutdown) {
      LOG.debugf("membership ends");
    }
  }

  private void runOnce() throws InterruptedException {
    if (last == null) {
      last = BlockingCall.of(membership.lastMessage());
    }
    long interval = lease.dividedBy(HEARTBEATS).toMillis();
    if (beaten == 0) {
      beat(List.of());
    }
    long passed = (System.nanoTime() - beaten) / 1_000_000;
    List<ControlMessage> messages =
        BlockingCall.of(membership.receive(last, Math.min(interval, millisLeft + 1) - passed));
    if (!messages.isEmpty()) {
      last = messages.getLast().id();
    }
    passed = (System.nanoTime() - beaten) / 1_000_000;
    if (passed >= interval
        || passed > millisLeft
        || messages.stream().anyMatch(message -> OF_ALL.contains(message.kind()))) {
      beat(messages);
    } else if (!messages.isEmpty()) {
      listener.accept(new Update(null, false, messages));
    }
  }

  private void beat(List<ControlMessage> messages) throws InterruptedException {
    RegistrySnapshot registry = BlockingCall.of(generations.registry());
    long now = System.nanoTime();
    Membership.Members members = BlockingCall.of(membership.heartbeat(wanted.apply(registry)));
    beaten = now;
    millisLeft = members.millisLeft();
    boolean changed = assignor.update(members.works(), registry);
    listener.accept(new Update(registry, changed, messages));
    if (assignor.isReaper() && now - reaped >= reapInterval.toNanos()) {
      reaped = now;
      reaper.run();
    }
  }
}
