package penstock.cluster;

import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;

/** What operators ask any of the instances for, whatever else happens to it. */
final class OperatorFaults {

  /** Done soon; or too busy, or Redis or the instance is away. */
  private static final Set<Integer> EXPLAINED = Set.of(202, 429, 503);

  private final Cluster cluster;
  private final Chronicle chronicle;
  private final Pause pause;
  private final Queue<String> violations = new ConcurrentLinkedQueue<>();

  OperatorFaults(Cluster cluster, Chronicle chronicle, Pause pause) {
    this.cluster = cluster;
    this.chronicle = chronicle;
    this.pause = pause;
  }

  void perform(Fault fault, Random random) throws InterruptedException {
    URI instance = cluster.uris().get(random.nextInt(cluster.uris().size()));
    switch (fault) {
      case REBUILD -> {
        TestedView view = TestedView.values()[random.nextInt(TestedView.values().length)];
        ask(instance.resolve("/views/" + view.viewName() + "/rebuild"));
        pause.millis(0, 8_000, random);
      }
      case REPLAY -> ask(instance.resolve(Cluster.replayOf(TestedView.STATE)));
      default -> throw new IllegalArgumentException(fault.toString());
    }
  }

  private void ask(URI what) {
    try {
      int status = Cluster.post(what);
      chronicle.tell(what.getPath() + " was answered with " + status);
      if (!EXPLAINED.contains(status)) {
        violations.add(what + " was answered with " + status);
      }
    } catch (IOException lost) {
      chronicle.tell(what.getPath() + " was not answered: " + lost.getMessage());
    }
  }

  /** Answers that no fault explains. */
  List<String> violations() {
    return List.copyOf(violations);
  }
}
