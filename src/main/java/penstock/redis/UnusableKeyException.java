package penstock.redis;

import penstock.problem.Problem;
import penstock.problem.ReportedFailure;

/**
 * Redis refused what it was asked since a key holds something that another hand put there. Nothing
 * is wrong with the service, and what was asked succeeds once the key is gone.
 */
public final class UnusableKeyException extends RedisReplyException implements ReportedFailure {

  private static final long serialVersionUID = 1L;

  private final transient Problem problem;

  UnusableKeyException(String reply, Problem problem) {
    super(reply);
    this.problem = problem;
  }

  @Override
  public Problem problem() {
    return problem;
  }
}
