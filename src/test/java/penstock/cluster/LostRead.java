package penstock.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static penstock.Patience.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import penstock.Patience;

/** Redis hands out events to the worker of a sink, which never hears of it. */
final class LostRead {

  private static final Duration LONG_LEASE = Duration.ofSeconds(30);

  /** Of two instances on one partition, with nothing else that happens. */
  static final Settings SETTINGS = new Settings(1, Duration.ZERO, 2, 1, 0, 0, 1_000, LONG_LEASE);

  private LostRead() {}

  /** Returns when it has happened to events that were appended behind some that are delivered. */
  static void happen(Cluster cluster, Producers producers, String sink) throws Exception {
    boolean first = cluster.holder(sink).equals("i0");
    Cluster.Member worker = cluster.members().get(first ? 0 : 1);
    Cluster.Member other = cluster.members().get(first ? 1 : 0);
    Producer producer =
        new Producer(producers, SETTINGS, 0, List.of(other.process().uri()), Cluster.STREAM);
    producer.sendPlain(0, 3);
    await().until(() -> new SinkState(cluster.redis(), 1).isDone(sink));
    worker.process().pause();
    producer.sendPlain(3, 5);
    FaultyProxy.Cut read =
        worker
            .proxy()
            .cutBeforeReply(frame -> frame.isGroupRead() && frame.mentions("sink." + sink));
    worker.process().resume();
    assertThat(read.done().await(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS))
        .as("the situation was reached")
        .isTrue();
  }
}
