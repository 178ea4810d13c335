package penstock.security.token;

import java.time.Duration;
import penstock.problem.Problem;
import penstock.problem.ProblemException;
import penstock.problem.ProblemType;

/** How credentials are refused. Nothing of them is told. */
final class Refusals {

  private static final Duration RETRY = Duration.ofSeconds(1);

  private Refusals() {}

  /**
   * @param reason completes "The token ..."
   */
  static ProblemException invalid(String reason) {
    return ProblemException.of(ProblemType.INVALID_TOKEN, "The token " + reason + ".");
  }

  /**
   * @param reason a sentence
   */
  static ProblemException unavailable(String reason) {
    return Problem.passing(ProblemType.IDENTITY_UNAVAILABLE, reason + " Retry.", RETRY).exception();
  }
}
