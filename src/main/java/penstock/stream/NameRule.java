package penstock.stream;

import java.util.List;
import java.util.regex.Pattern;
import penstock.http.Namespace;
import penstock.problem.Problem;
import penstock.problem.ProblemType;
import penstock.problem.Violation;

/** The one rule for names of streams, views, sinks and groups. */
public final class NameRule {

  public static final String RULE = "[a-z0-9][a-z0-9._-]{0,63}";

  /** Of what may belong to a tenant: who has none says that one's name before it. */
  public static final String WHOLE = "(" + Namespace.TENANT_RULE + "~)?" + RULE;

  private static final Pattern PATTERN = Pattern.compile(WHOLE);
  private static final Pattern OWN = Pattern.compile(RULE);

  private NameRule() {}

  public static boolean isValid(String name) {
    return PATTERN.matcher(name).matches();
  }

  /** The name itself, perhaps with a tenant before it, if it obeys the rule. */
  public static String check(String what, String name) {
    return check(what, name, PATTERN);
  }

  /** The name itself, of what belongs to something that has a tenant's name. */
  public static String checkOwn(String what, String name) {
    return check(what, name, OWN);
  }

  private static String check(String what, String name, Pattern pattern) {
    if (!pattern.matcher(name).matches()) {
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
