package penstock.sink.http;

import io.vertx.core.Future;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import penstock.consumer.membership.ControlMessage;
import penstock.consumer.membership.Membership;
import penstock.problem.ProblemException;
import penstock.redis.RedisLink;
import penstock.redis.RedisLinks;
import penstock.redis.Script;
import penstock.sink.SinkDefinition;
import penstock.sink.worker.SinkShard;
import penstock.sink.worker.SinkShards;
import penstock.stream.Position;
import penstock.stream.StartPosition;
import penstock.stream.log.EventLog;
import penstock.stream.log.StartPoint;

/**
 * Pauses sinks, lets them go on, and has them deliver again: noted in Redis for each partition, and
 * told to its holder. Futures fail as {@link RedisLink} says.
 */
@ApplicationScoped
class SinkOperations {

  private static final Script PAUSE = Script.named("sink-pause");
  private static final Script REPLAY = Script.named("sink-replay");

  private final SinkShards shards;
  private final EventLog log;
  private final Membership membership;
  private final RedisLink link;

  @Inject
  SinkOperations(SinkShards shards, EventLog log, Membership membership, RedisLinks links) {
    this.shards = shards;
    this.log = log;
    this.membership = membership;
    this.link = links.commands();
  }

  Future<Void> pause(SinkDefinition sink) {
    return setPaused(sink, 1);
  }

  /** Also after it was stopped. */
  Future<Void> resume(SinkDefinition sink) {
    return setPaused(sink, 0);
  }

  private Future<Void> setPaused(SinkDefinition sink, int paused) {
    return each(
        shards.of(sink),
        shard -> PAUSE.run(link, PAUSE.call(shard.names().state()).arg(paused)).mapEmpty());
  }

  /**
   * Has the events of a range delivered again.
   *
   * @param from behind it; a time is meant with what was appended then
   * @param to up to it; a time is meant without what was appended then; all that it has read
   *     without
   */
  Future<Void> replay(SinkDefinition sink, StartPosition from, Optional<StartPosition> to) {
    return log.observe(sink.stream().partitions())
        .compose(
            states -> {
              Future<List<Position>> begin = StartPoint.of(sink.stream().name(), from, states);
              Future<List<Position>> end =
                  to.map(position -> StartPoint.of(sink.stream().name(), position, states))
                      .orElse(Future.succeededFuture(List.of()));
              return Future.all(begin, end)
                  .compose(found -> replay(sink, begin.result(), end.result()));
            });
  }

  private Future<Void> replay(SinkDefinition sink, List<Position> from, List<Position> to) {
    for (int i = 0; i < to.size(); i++) {
      if (from.get(i).isAfter(to.get(i))) {
        return Future.failedFuture(ProblemException.ofParameter("to", "must not be before 'from'"));
      }
    }
    return each(
        shards.of(sink),
        shard -> {
          int at = shard.partition().index();
          return REPLAY
              .run(
                  link,
                  REPLAY
                      .call(shard.names().state())
                      .arg(from.get(at).toString())
                      .arg(to.isEmpty() ? "" : to.get(at).toString())
                      .arg(log.newLife()))
              .mapEmpty();
        });
  }

  private Future<Void> each(List<SinkShard> all, Function<SinkShard, Future<Void>> what) {
    var done = new ArrayList<Future<Void>>();
    for (SinkShard shard : all) {
      done.add(
          what.apply(shard)
              .compose(
                  noted -> membership.send(ControlMessage.Type.REQUESTED, shard.names().state())));
    }
    return Future.all(done).mapEmpty();
  }
}
