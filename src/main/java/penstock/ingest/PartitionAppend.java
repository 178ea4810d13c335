package penstock.ingest;

import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.function.Supplier;
import penstock.problem.Problem;
import penstock.problem.ProblemException;
import penstock.problem.ProblemType;
import penstock.redis.Keys;
import penstock.redis.RedisLink;
import penstock.redis.RedisNumber;
import penstock.redis.RedisReplyException;
import penstock.redis.Script;
import penstock.stream.log.EventLog;
import penstock.stream.registry.Stream;

/**
 * Runs {@code append.lua} for one partition, and waits for the replicas where the stream asks for
 * it. Then the link is the partition's own, since WAIT blocks it; else it is that of the event loop
 * on which the append is sent, so that what is appended for it changes threads as rarely as it can.
 */
final class PartitionAppend {

  private static final Script SCRIPT = Script.named("append");

  private final Stream stream;
  private final Keys.OfPartition keys;
  private final EventLog log;
  private final Supplier<RedisLink> links;

  PartitionAppend(Stream stream, Keys.OfPartition keys, EventLog log, Supplier<RedisLink> links) {
    this.stream = stream;
    this.keys = keys;
    this.log = log;
    this.links = links;
  }

  /** The script's reply, once the events are as durable as the stream asks for. */
  Future<Response> run(AppendBatch batch) {
    Request call = call(batch);
    RedisLink link = links.get();
    return stream.replicas() == 0 ? SCRIPT.run(link, call) : runReplicated(link, call);
  }

  private Request call(AppendBatch batch) {
    Request call =
        SCRIPT
            .call(keys.events(), keys.log())
            .arg(keys.seen())
            .arg(log.newLife())
            .arg(stream.dedupWindow().toMillis());
    for (EncodedEvent entry : batch.entries()) {
      call.arg(entry.digest()).arg(entry.fields().size());
      for (byte[] field : entry.fields()) {
        call.arg(field);
      }
    }
    return call;
  }

  /**
   * WAIT is pipelined behind the script, so that it costs no further round trip. Duplicates wait as
   * well: their first ones may not have been replicated yet.
   */
  private Future<Response> runReplicated(RedisLink link, Request call) {
    Future<Response> appended = link.send(call);
    Future<Response> replicas = waitForReplicas(link);
    return appended
        .compose(reply -> replicas.compose(count -> enough(count, reply)))
        .recover(
            failure ->
                failure instanceof RedisReplyException reply && reply.code().equals("NOSCRIPT")
                    ? SCRIPT
                        .run(link, call)
                        .compose(
                            done -> waitForReplicas(link).compose(count -> enough(count, done)))
                    : Future.failedFuture(failure));
  }

  private Future<Response> waitForReplicas(RedisLink link) {
    return link.send(Command.WAIT, stream.replicas(), stream.replicationTimeout().toMillis());
  }

  private Future<Response> enough(Response count, Response reply) {
    return RedisNumber.intOf(count) >= stream.replicas()
        ? Future.succeededFuture(reply)
        : Future.failedFuture(notReplicated(RedisNumber.intOf(count)));
  }

  private ProblemException notReplicated(int count) {
    return Problem.passing(
            ProblemType.NOT_REPLICATED,
            "The events are in the log, but only "
                + count
                + " of "
                + stream.replicas()
                + " replicas have them. Retry with the same event ids; what is in the log already is recognised.",
            Duration.ofSeconds(1))
        .exception();
  }
}
