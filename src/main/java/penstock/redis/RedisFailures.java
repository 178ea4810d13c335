package penstock.redis;

import io.vertx.redis.client.impl.types.ErrorType;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import penstock.problem.Problem;
import penstock.problem.ProblemException;
import penstock.problem.ProblemType;

/** Distinguishes failures of the Redis client by what is known of the command's outcome. */
final class RedisFailures {

  private static final Duration SOON = Duration.ofSeconds(1);

  /** What the Vert.x client says of a command that it did not write. */
  private static final String CLOSED_BEFORE = "Connection is closed";

  private static final String CLIENT_FULL = "Redis waiting queue is full";

  /**
   * How Redis 6.2 wraps the error of a command that a script called; later versions give it as it
   * is.
   */
  private static final Pattern WRAPPED =
      Pattern.compile(
          "ERR Error running script \\(call to f_\\w+\\): @user_script:\\d+: (?:@user_script: \\d+: )?-?([A-Z]+ .*)",
          Pattern.DOTALL);

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

  /** What became of a command that was given to the client and did not succeed. */
  static RuntimeException of(Throwable failure) {
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
      return reply(error.toString());
    }
    return new ProblemException(
        Problem.passing(
            ProblemType.OUTCOME_UNKNOWN,
            "The connection to Redis was lost before its answer came: what was asked may or may not have been done. "
                + "Retry with the same event ids; what is in the log already is recognised.",
            SOON),
        failure);
  }

  private static RuntimeException reply(String reply) {
    Matcher wrapped = WRAPPED.matcher(reply);
    String message = wrapped.matches() ? wrapped.group(1) : reply;
    String code = new RedisReplyException(message).code();
    return switch (code) {
      case "OOM" ->
          Problem.passing(
                  ProblemType.REDIS_FULL,
                  "Nothing was written, since Redis has reached its maxmemory. Retry when there is room.",
                  Duration.ofSeconds(5))
              .exception();
      case "LOADING",
          "BUSY",
          "MASTERDOWN",
          "READONLY",
          "MISCONF",
          "NOREPLICAS",
          "CLUSTERDOWN",
          "TRYAGAIN" ->
          notSent("it answers " + code);
      default -> new RedisReplyException(message);
    };
  }
}
