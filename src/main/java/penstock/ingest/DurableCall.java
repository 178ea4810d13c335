package penstock.ingest;

import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import penstock.problem.Problem;
import penstock.problem.ProblemException;
import penstock.problem.ProblemType;
import penstock.redis.RedisLink;
import penstock.redis.RedisNumber;
import penstock.redis.Script;
import penstock.stream.registry.Stream;

/**
 * Calls a script that writes to one partition, and waits for the replicas where the stream asks for
 * it. Then the link is the partition's own, since WAIT blocks it; else it is that of the event loop
 * on which the call is sent, so that what is written for it changes threads as rarely as it can.
 */
final class DurableCall {

  private static final Logger LOG = Logger.getLogger(DurableCall.class);

  private final Stream stream;
  private final Script script;
  private final Supplier<RedisLink> links;

  DurableCall(Stream stream, Script script, Supplier<RedisLink> links) {
    this.stream = stream;
    this.script = script;
    this.links = links;
  }

  Stream stream() {
    return stream;
  }

  /** A call with its keys, to which the arguments are yet to be added. */
  Request with(String... keys) {
    return script.call(keys);
  }

  /** The link over which a call that is sent now goes. */
  RedisLink link() {
    return links.get();
  }

  /** The script's reply, once what it wrote is as durable as the stream asks for. */
  Future<Response> run(Request call) {
    RedisLink link = link();
    return stream.replicas() == 0 ? script.run(link, call) : runReplicated(link, call);
  }

  /**
   * Reads the script's reply. What was sent may be in the log, whatever is wrong with the reply.
   *
   * @throws ProblemException if it cannot be read
   */
  static <T> T read(Response reply, Function<Response, T> reading) {
    try {
      return reading.apply(reply);
    } catch (RuntimeException defect) {
      LOG.error("the reply to an append cannot be read", defect);
      throw new ProblemException(
          Problem.passing(
              ProblemType.OUTCOME_UNKNOWN,
              "Redis answered something that cannot be read: the events may or may not be in the"
                  + " log. Retry with the same event ids; what is in the log already is"
                  + " recognised.",
              Duration.ofSeconds(1)),
          defect);
    }
  }

  /**
   * WAIT is pipelined behind the script, so that it costs no further round trip; and over the same
   * connection, since on another one it would tell of nothing that was written here. Duplicates
   * wait as well, since their first ones may not have been replicated yet: scripts write something
   * for them, too, without which servers since Redis 8 and Valkey 8 would not wait.
   */
  private Future<Response> runReplicated(RedisLink link, Request call) {
    return script
        .runBefore(link, call, waitForReplicas())
        .compose(replies -> enough(replies.second(), replies.first()));
  }

  private Request waitForReplicas() {
    return RedisLink.request(
        Command.WAIT, stream.replicas(), stream.replicationTimeout().toMillis());
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
                + " replicas have them. Retry with the same event ids; what is in the log already"
                + " is recognised.",
            Duration.ofSeconds(1))
        .exception();
  }
}
