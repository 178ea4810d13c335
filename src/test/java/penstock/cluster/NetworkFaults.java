package penstock.cluster;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import penstock.cluster.RequestFrames.Frame;

/** What befalls the ways between instances and Redis. */
final class NetworkFaults {

  private static final int PATIENCE_MILLIS = 3_000;
  private static final int LATEST_REPEAT_MILLIS = 4_000;

  private final Cluster cluster;
  private final boolean losing;
  private final Pause pause;

  NetworkFaults(Cluster cluster, boolean losing, Pause pause) {
    this.cluster = cluster;
    this.losing = losing;
    this.pause = pause;
  }

  void perform(Fault fault, Random random) throws InterruptedException {
    FaultyProxy way = cluster.members().get(random.nextInt(cluster.members().size())).proxy();
    switch (fault) {
      case DELAY -> {
        way.delay(Duration.ofMillis(1 + random.nextInt(150)));
        pause.millis(500, 2_500, random);
      }
      case CUT_IN_REQUEST ->
          way.cutInRequest(any(random)).done().await(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
      case CUT_BEFORE_REPLY ->
          way.cutBeforeReply(any(random)).done().await(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
      case HALF_OPEN -> {
        way.swallow(false, random);
        pause.millis(3_000, 2_000, random);
      }
      case PARTITION -> {
        way.swallow(true, random);
        pause.millis(500, 3 * cluster.settings().lease().toMillis(), random);
      }
      case REPEAT -> repeat(way, random);
      default -> throw new IllegalArgumentException(fault.toString());
    }
    way.heal();
  }

  private void repeat(FaultyProxy way, Random random) throws InterruptedException {
    Predicate<Frame> which = losing ? Frame::isCommit : any(random);
    FaultyProxy.Copy copy = way.copy(which);
    if (copy.came().await(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)) {
      pause.millis(0, LATEST_REPEAT_MILLIS, random);
      way.repeat(copy.frame().get());
    }
  }

  private static Predicate<Frame> any(Random random) {
    List<Predicate<Frame>> kinds =
        List.of(Frame::isScript, Frame::isCommit, Frame::isGroupRead, Frame::isAppend);
    return kinds.get(random.nextInt(kinds.size()));
  }
}
