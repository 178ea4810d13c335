package penstock.cluster;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Disturbs a cluster: a lane for each kind of fault, one after the other within a lane. What comes
 * in which order depends on the seed alone, when it comes also on the machine.
 */
final class Faults implements AutoCloseable {

  private static final int MOST_BETWEEN_MILLIS = 2_500;

  private final Cluster cluster;
  private final Chronicle chronicle;
  private final CountDownLatch stopping = new CountDownLatch(1);
  private final List<Thread> lanes = new ArrayList<>();
  private final Queue<String> failures = new ConcurrentLinkedQueue<>();
  private final ProcessFaults processes;
  private final RedisFaults redis;
  private final NetworkFaults network;
  private final OperatorFaults operators;

  private final ReceiverFaults receivers;

  /**
   * @param losing whether requests to append may not come a second time: after a loss they would be
   *     appended again
   */
  Faults(Cluster cluster, Chronicle chronicle, boolean losing) {
    this(cluster, FaultTarget.views(cluster), chronicle, losing, List.of());
  }

  /**
   * @param target whose logs they befall
   */
  Faults(Cluster cluster, FaultTarget target, Chronicle chronicle, boolean losing) {
    this(cluster, target, chronicle, losing, List.of());
  }

  /** Without losses, and for the receivers of sinks as well. */
  Faults(Cluster cluster, Chronicle chronicle, List<SinkReceiver> receivers) {
    this(cluster, FaultTarget.views(cluster), chronicle, false, receivers);
  }

  private Faults(
      Cluster cluster,
      FaultTarget target,
      Chronicle chronicle,
      boolean losing,
      List<SinkReceiver> receivers) {
    this.cluster = cluster;
    this.chronicle = chronicle;
    this.processes = new ProcessFaults(cluster, this::pause);
    this.redis = new RedisFaults(cluster, target, chronicle, this::pause);
    this.network = new NetworkFaults(cluster, losing, this::pause);
    this.operators = new OperatorFaults(cluster, chronicle, this::pause);
    this.receivers = new ReceiverFaults(receivers, this::pause);
  }

  /** A lane of these faults, until {@link #stop}. */
  void lane(String name, Collection<Fault> kinds, long seed) {
    if (kinds.isEmpty()) {
      return;
    }
    List<Fault> choice = List.copyOf(kinds);
    Random random = new Random(seed);
    lanes.add(
        Thread.ofVirtual()
            .name("faults-" + name)
            .start(
                () -> {
                  try {
                    while (stopping.getCount() > 0) {
                      pause(Duration.ofMillis(random.nextInt(MOST_BETWEEN_MILLIS)));
                      perform(choice.get(random.nextInt(choice.size())), random);
                    }
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  } catch (RuntimeException e) {
                    failures.add("the lane " + name + " failed: " + e);
                    chronicle.tell("the lane " + name + " failed: " + e);
                  }
                }));
  }

  /** One fault, from its beginning to its end. */
  void perform(Fault fault, Random random) throws InterruptedException {
    chronicle.begin(fault);
    if (Fault.OF_PROCESSES.contains(fault)) {
      processes.perform(fault, random);
    } else if (Fault.OF_NETWORK.contains(fault)) {
      network.perform(fault, random);
    } else if (Fault.OF_OPERATORS.contains(fault)) {
      operators.perform(fault, random);
    } else if (Fault.OF_RECEIVERS.contains(fault)) {
      receivers.perform(fault, random);
    } else {
      redis.perform(fault, random);
    }
    chronicle.tell("end of " + fault);
  }

  private void pause(Duration time) throws InterruptedException {
    stopping.await(time.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Ends all faults; when it returns all is up and ready again. */
  void stop() throws InterruptedException {
    stopping.countDown();
    for (Thread lane : lanes) {
      lane.join();
    }
    cluster.members().forEach(member -> member.proxy().heal());
    for (Cluster.Member member : cluster.members()) {
      if (!member.process().isRunning()) {
        member.process().start();
      }
    }
    cluster.members().forEach(member -> member.process().awaitReady());
    chronicle.tell("all faults have ended");
  }

  List<Trim> trims() {
    return redis.trims();
  }

  List<Loss> losses() {
    return redis.losses();
  }

  /** What the harness itself could not do, and answers that no fault explains. */
  List<String> failures() {
    List<String> all = new ArrayList<>(failures);
    all.addAll(operators.violations());
    return all;
  }

  @Override
  public void close() {
    stopping.countDown();
    lanes.forEach(Thread::interrupt);
  }
}
