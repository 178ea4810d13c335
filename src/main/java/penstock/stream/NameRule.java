package penstock.stream;

import java.util.List;
import java.util.regex.Pattern;
import penstock.problem.Problem;
import penstock.problem.ProblemType;
import penstock.problem.Violation;

/** The one rule for names of streams, views and groups. */
public final class NameRule {

  public static final String RULE = "[a-z0-9][a-z0-9._-]{0,63}";

  private static final Pattern PATTERN = Pattern.compile(RULE);

  private NameRule() {}

  public static boolean isValid(String name) {
    return PATTERN.matcher(name).matches();
  }

  /** The name itself, if it obeys the rule. */
  public static String check(String what, String name) {
    if (!isValid(name)) {
      String rule = "must match " + RULE;
      throw Problem.invalid(
              ProblemType.INVALID_NAME,
              "The name of the " + what + " " + rule + ".",
              List.of(new Violation(null, what, rule)))
          .exception();
    }
    return name;
  }
}
