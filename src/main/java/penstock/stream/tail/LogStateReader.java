package penstock.stream.tail;

import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import penstock.redis.RedisLink;
import penstock.redis.RedisReplyException;
import penstock.stream.LogState;
import penstock.stream.Partition;
import penstock.stream.log.EventLog;

/**
 * Observes what is followed over the link that it is read over: logs all in a call, since what a
 * call costs beside its logs (the script, INFO, a reply) is more than what a log costs; in a
 * cluster, they must share a slot too. Belongs to its {@link TailLoop}'s event loop.
 */
final class LogStateReader {

  private final EventLog log;
  private final RedisLink link;

  LogStateReader(EventLog log, RedisLink link) {
    this.log = log;
    this.link = link;
  }

  /** The state of one that is to be followed. */
  Future<LogState> observe(TailSource source) {
    return switch (source) {
      case TailSource.Log one -> log.observe(one.partition(), link);
      case TailSource.Other other -> other.observation().apply(link);
    };
  }

  /**
   * The states of those that can be observed; the others are set aside. The calls are sent at once,
   * behind what was sent before. Fails if Redis does not answer.
   */
  Future<Map<TailedLog, LogState>> observe(Collection<TailedLog> all) {
    var states = new HashMap<TailedLog, LogState>();
    var calls = new ArrayList<Future<?>>();
    var logs = new ArrayList<TailedLog>(all.size());
    for (TailedLog one : all) {
      if (one.isBroken() || !(one.source() instanceof TailSource.Log)) {
        calls.add(alone(one, states));
      } else {
        logs.add(one);
      }
    }
    if (!logs.isEmpty()) {
      calls.add(together(logs, states));
    }
    return Future.all(calls).map(states);
  }

  private Future<?> together(List<TailedLog> logs, Map<TailedLog, LogState> states) {
    return log.observe(logs.stream().map(LogStateReader::partition).toList(), link)
        .<Object>map(
            found -> {
              for (int i = 0; i < logs.size(); i++) {
                states.put(logs.get(i), found.get(i));
              }
              return found;
            })
        .recover(
            failure ->
                failure instanceof RedisReplyException
                    ? Future.all(logs.stream().map(one -> alone(one, states)).toList()).mapEmpty()
                    : Future.failedFuture(failure));
  }

  private static Partition partition(TailedLog one) {
    return ((TailSource.Log) one.source()).partition();
  }

  private Future<?> alone(TailedLog one, Map<TailedLog, LogState> states) {
    return observe(one.source())
        .onSuccess(state -> states.put(one, state))
        .recover(
            failure -> {
              if (failure instanceof RedisReplyException reply) {
                one.failed(reply);
                return Future.succeededFuture();
              }
              return Future.failedFuture(failure);
            });
  }
}
