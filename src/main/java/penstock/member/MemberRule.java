package penstock.member;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;
import penstock.problem.Problem;
import penstock.problem.ProblemType;
import penstock.problem.Violation;

/** The one rule for names of rooms and of members. */
final class MemberRule {

  /** In UTF-8. Both stand in an event's subject, and the room in a key of a view. */
  private static final int MAX_BYTES = 256;

  static final String RULE =
      "must have 1 to 256 bytes in UTF-8: letters, digits, punctuation, symbols and blanks, but no slash, and neither . nor ..";

  private static final Pattern PATTERN =
      Pattern.compile("(?!\\.{1,2}$)[\\p{L}\\p{M}\\p{N}\\p{P}\\p{S}\\x20\\u200D&&[^/]]+");

  private MemberRule() {}

  /** The name itself, if it obeys the rule. */
  static String check(String what, String name) {
    if (name.length() > MAX_BYTES
        || !PATTERN.matcher(name).matches()
        || name.getBytes(StandardCharsets.UTF_8).length > MAX_BYTES) {
      throw Problem.invalid(
              ProblemType.INVALID_NAME,
              "The name of the " + what + " " + RULE + ".",
              List.of(new Violation(null, what, RULE)))
          .exception();
    }
    return name;
  }
}
