package penstock.schedule;

import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jboss.logging.Logger;
import penstock.problem.ProblemException;
import penstock.redis.RedisLink;
import penstock.redis.RedisLinks;
import penstock.stream.Partition;
import penstock.stream.log.EventLog;
import penstock.stream.registry.Stream;
import penstock.stream.registry.Streams;

/** Notes the first deadline of every partition, whether the index has it or not. */
final class DeadlineSweeper {

  /** Partitions that are asked at once. */
  private static final int AT_ONCE = 64;

  private static final Logger LOG = Logger.getLogger(DeadlineSweeper.class);

  private final DeadlineIndex index;
  private final EventLog log;
  private final Streams streams;
  private final RedisLink link;

  DeadlineSweeper(DeadlineIndex index, EventLog log, Streams streams, RedisLinks links) {
    this.index = index;
    this.log = log;
    this.streams = streams;
    this.link = links.commands();
  }

  /**
   * What cannot be read is left out, and logged; unless the reason passes, such as that Redis is
   * away: then the sweep fails, and is to be done again.
   */
  Future<Void> sweep(Collection<DeadlineSource> sources) {
    return streams
        .all()
        .compose(
            all -> {
              List<Partition> partitions = new ArrayList<>();
              for (Stream stream : all) {
                partitions.addAll(stream.partitions());
              }
              return sweep(List.copyOf(sources), partitions, 0);
            });
  }

  private Future<Void> sweep(List<DeadlineSource> sources, List<Partition> partitions, int from) {
    if (from >= partitions.size()) {
      return Future.succeededFuture();
    }
    int to = Math.min(partitions.size(), from + AT_ONCE);
    List<Future<Void>> step = new ArrayList<>();
    for (Partition partition : partitions.subList(from, to)) {
      for (DeadlineSource source : sources) {
        step.add(
            sweep(source, partition)
                .recover(
                    failure ->
                        passes(failure) ? Future.failedFuture(failure) : Future.succeededFuture()));
      }
    }
    return Future.join(step).compose(done -> sweep(sources, partitions, to));
  }

  /** Whether the same may succeed soon. */
  static boolean passes(Throwable failure) {
    return failure instanceof ProblemException known && known.problem().retryAfter() != null;
  }

  /** Notes the first deadline of a partition anew, whatever the index has. */
  Future<Void> renew(DeadlineSource source, Partition partition) {
    return index
        .remove(source.nameOf(partition), link)
        .compose(removed -> sweep(source, partition));
  }

  private Future<Void> sweep(DeadlineSource source, Partition partition) {
    String key = source.deadlines().apply(log.keys(partition));
    return link.send(Command.ZRANGE, key, 0, 0, "WITHSCORES")
        .compose(
            first ->
                first.size() == 0
                    ? Future.<Void>succeededFuture()
                    : index.hint(
                        source.nameOf(partition),
                        new BigDecimal(first.get(1).toString()).longValue(),
                        link))
        .onFailure(
            failure ->
                LOG.warnf(
                    "deadlines cannot be read: kind=%s partition=%s reason=%s",
                    source.kind(), partition, failure.getMessage()));
  }
}
