package penstock.cluster;

import java.util.List;
import java.util.Random;

/** What befalls the receivers of sinks. */
final class ReceiverFaults {

  private static final int AWAY_MILLIS = 1_500;

  private final List<SinkReceiver> receivers;
  private final Pause pause;

  ReceiverFaults(List<SinkReceiver> receivers, Pause pause) {
    this.receivers = receivers;
    this.pause = pause;
  }

  void perform(Fault fault, Random random) throws InterruptedException {
    SinkReceiver receiver = receivers.get(random.nextInt(receivers.size()));
    switch (fault) {
      case KILL_RECEIVER -> {
        receiver.kill();
        try {
          pause.millis(0, AWAY_MILLIS, random);
        } finally {
          receiver.start();
        }
      }
      case FREEZE_RECEIVER -> {
        receiver.pause();
        try {
          pause.millis(
              SinkReceiver.ANSWERED_WITHIN_MILLIS / 2, SinkReceiver.ANSWERED_WITHIN_MILLIS, random);
        } finally {
          receiver.resume();
        }
      }
      default -> throw new IllegalArgumentException(fault.toString());
    }
  }
}
