package penstock.problem;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Carries a {@link Problem} to the place that answers. Has no stack trace: it is an answer, not a
 * defect.
 */
public final class ProblemException extends RuntimeException implements ReportedFailure {

  private static final long serialVersionUID = 1L;

  private final transient Problem problem;

  public ProblemException(Problem problem, @Nullable Throwable cause) {
    super(problem.type().slug() + ": " + problem.detail(), cause, false, false);
    this.problem = problem;
  }

  public static ProblemException of(ProblemType type, String detail) {
    return Problem.of(type, detail).exception();
  }

  /**
   * A parameter that breaks a rule.
   *
   * @param rule what goes after its name to make a sentence, without a full stop
   */
  public static ProblemException ofParameter(String name, String rule) {
    return Problem.invalid(
            ProblemType.INVALID_PARAMETER,
            "The parameter '" + name + "' " + rule + ".",
            List.of(new Violation(null, name, rule)))
        .exception();
  }

  @Override
  public Problem problem() {
    return problem;
  }
}
