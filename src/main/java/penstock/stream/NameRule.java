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

  /** Characters of a name without a tenant. */
  private static final int LONGEST = 64;

  private NameRule() {}

  public static boolean isValid(String name) {
    return isOwn(name) || PATTERN.matcher(name).matches();
  }

  /** {@link #RULE}, which each request's name is held to, without the detour of a pattern. */
  private static boolean isOwn(String name) {
    int length = name.length();
    if (length == 0 || length > LONGEST || !isLetterOrDigit(name.charAt(0))) {
      return false;
    }
    for (int i = 1; i < length; i++) {
      char c = name.charAt(i);
      if (!isLetterOrDigit(c) && c != '.' && c != '_' && c != '-') {
        return false;
      }
    }
    return true;
  }

  private static boolean isLetterOrDigit(char c) {
    return c >= 'a' && c <= 'z' || c >= '0' && c <= '9';
  }

  /** The name itself, perhaps with a tenant before it, if it obeys the rule. */
  public static String check(String what, String name) {
    return check(what, name, isValid(name));
  }

  /** The name itself, of what belongs to something that has a tenant's name. */
  public static String checkOwn(String what, String name) {
    return check(what, name, isOwn(name));
  }

  private static String check(String what, String name, boolean valid) {
    if (!valid) {
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
