package penstock.redis;

import io.vertx.redis.client.Request;
import io.vertx.redis.client.impl.RequestImpl;
import io.vertx.redis.client.impl.types.ErrorType;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import penstock.problem.Problem;
import penstock.problem.ProblemException;
import penstock.problem.ProblemType;
import penstock.redis.cluster.Redirection;

/** Distinguishes failures of the Redis client by what is known of the command's outcome. */
final class RedisFailures {

  private static final Duration SOON = Duration.ofSeconds(1);

  /** Somebody has to look into it. */
  private static final Duration LATER = Duration.ofSeconds(5);

  /** What the Vert.x client says of a command that it did not write. */
  private static final String CLOSED_BEFORE = "Connection is closed";

  private static final String CLIENT_FULL = "Redis waiting queue is full";

  /** What may follow what is not known: a command may or may not have been done. */
  private static final String AGAIN =
      ": what was asked may or may not have been done. Retry with the same event ids; what is in"
          + " the log already is recognised.";

  /**
   * How Redis 6.2 wraps the error of a command that a script called; later versions give it as it
   * is.
   */
  private static final Pattern WRAPPED =
      Pattern.compile(
          "ERR Error running script \\(call to f_\\w+\\): @user_script:\\d+: (?:@user_script: \\d+:"
              + " )?-?([A-Z]+ .*)",
          Pattern.DOTALL);

  /** Of a replica, to what would write. */
  private static final String READ_ONLY = "READONLY";

  /** The same of a replica of a cluster since Valkey 9: it takes the key for its master's. */
  private static final String OF_MASTER =
      "ERR Attempted to access a non local key in a cluster node";

  /** What XADD says of a stream whose last id is the greatest that there is. */
  private static final String EXHAUSTED = "ERR The stream has exhausted the last possible ID";

  /** Of a command of many keys the first are named: one of them is at fault, or near. */
  private static final int MOST_KEYS_NAMED = 8;

  private RedisFailures() {}

  /** The command was never sent: nothing has changed. */
  static ProblemException notSent(String why) {
    return Problem.passing(
            ProblemType.REDIS_UNAVAILABLE,
            "Nothing was done, since Redis cannot be used now (" + why + "). Retry later.",
            SOON)
        .exception();
  }

  /** Too much is under way already: nothing has changed. */
  static ProblemException tooBusy() {
    return Problem.passing(
            ProblemType.TOO_BUSY,
            "Nothing was done, since too many commands wait for Redis already. Retry later.",
            SOON)
        .exception();
  }

  /** Whether it is the answer of a replica to what would write. */
  static boolean isReadOnly(Throwable failure) {
    return failure.getCause() instanceof RedisReplyException reply
        && reply.code().equals(READ_ONLY);
  }

  /** Whether a replica of a cluster answers so to a script that would write. */
  static boolean isOfMaster(RedisReplyException reply) {
    return String.valueOf(reply.getMessage()).startsWith(OF_MASTER);
  }

  /** What became of a command that was given to the client and did not succeed. */
  static RuntimeException of(Throwable failure, Request request) {
    if (failure instanceof RuntimeException known
        && (known instanceof ProblemException || known instanceof RedisReplyException)) {
      return known;
    }
    if (CLOSED_BEFORE.equals(failure.getMessage())) {
      return notSent("the connection was lost");
    }
    if (CLIENT_FULL.equals(failure.getMessage())) {
      return tooBusy();
    }
    if (failure instanceof ErrorType error && !error.is("CONNECTION_CLOSED")) {
      return reply(error.toString(), request);
    }
    return outcomeUnknown("The connection to Redis was lost before its answer came", failure);
  }

  private static ProblemException outcomeUnknown(String why, Throwable cause) {
    return new ProblemException(
        Problem.passing(ProblemType.OUTCOME_UNKNOWN, why + AGAIN, SOON), cause);
  }

  private static RuntimeException reply(String reply, Request request) {
    Matcher wrapped = WRAPPED.matcher(reply);
    String message = wrapped.matches() ? wrapped.group(1) : reply;
    String code = new RedisReplyException(message).code();
    return switch (code) {
      case "OOM" ->
          Problem.passing(
                  ProblemType.REDIS_FULL,
                  "Nothing was written, since Redis has reached its maxmemory. Retry when there is"
                      + " room.",
                  Duration.ofSeconds(5))
              .exception();
      case "WRONGTYPE" ->
          new UnusableKeyException(
              message,
              Problem.passing(
                  ProblemType.WRONG_KEY_TYPE,
                  "Nothing was done, since something else than Penstock has written a key of"
                      + " another type there: one of "
                      + keys(request)
                      + ", or one whose name begins so. Delete or rename it.",
                  LATER));
      case "LOADING", "BUSY", "MASTERDOWN", "MISCONF", "NOREPLICAS" ->
          notSent("it answers " + code);
      case READ_ONLY, "CLUSTERDOWN", "TRYAGAIN", "ASK" ->
          new ProblemException(
              notSent("it answers " + code).problem(), new RedisReplyException(message));
      case "UNBLOCKED" ->
          // What waited for replicas stands behind a script that was done, and may be lost yet.
          outcomeUnknown(
              "Redis was made a replica while it was waited for", new RedisReplyException(message));
      case "MOVED" ->
          // Some scripts have an error of that name.
          Redirection.of(message).isPresent()
              ? new ProblemException(
                  notSent("it answers " + code).problem(), new RedisReplyException(message))
              : new RedisReplyException(message);
      default ->
          message.startsWith(EXHAUSTED)
              ? new UnusableKeyException(
                  message,
                  Problem.passing(
                      ProblemType.IDS_EXHAUSTED,
                      "Redis gives no further ids in the log, since something else than Penstock"
                          + " has written an entry with the greatest that there is. It goes on when"
                          + " these are deleted: "
                          + keys(request)
                          + ".",
                      LATER))
              : new RedisReplyException(message);
    };
  }

  private static String keys(Request request) {
    return ((RequestImpl) request)
        .keys().stream()
            .limit(MOST_KEYS_NAMED)
            .map(key -> "'" + new String(key, StandardCharsets.UTF_8) + "'")
            .collect(Collectors.joining(", "));
  }
}
