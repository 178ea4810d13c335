package penstock.cluster;

import java.util.Random;

/** What befalls instances. */
final class ProcessFaults {

  private final Cluster cluster;
  private final Pause pause;

  ProcessFaults(Cluster cluster, Pause pause) {
    this.cluster = cluster;
    this.pause = pause;
  }

  void perform(Fault fault, Random random) throws InterruptedException {
    ServiceProcess one = cluster.members().get(random.nextInt(cluster.members().size())).process();
    long lease = cluster.settings().lease().toMillis();
    switch (fault) {
      case KILL_INSTANCE -> {
        one.kill();
        if (random.nextBoolean()) {
          pause.millis(0, 2 * lease, random);
        }
        one.start();
        pause.millis(0, 2 * lease, random);
      }
      case FREEZE_INSTANCE -> {
        one.pause();
        pause.millis(random.nextInt(4) == 0 ? 0 : lease, lease, random);
        one.resume();
      }
      case ROLLING_RESTART -> {
        for (Cluster.Member member : cluster.members()) {
          member.process().stop();
          member.process().start();
          member.process().awaitReady();
        }
      }
      default -> throw new IllegalArgumentException(fault.toString());
    }
  }
}
