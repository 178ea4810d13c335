package penstock.security.identity;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import penstock.http.Namespace;

/**
 * Any text as rights, put in for a caller whose claims are anything: refused, or no more than it
 * says.
 */
public final class RightsFuzz {

  /** A name with what means something in the language, and nothing where it is put in. */
  private static final Claims CALLER = Claims.of(Map.of("sub", "a*/${sub}", "n", 7));

  private RightsFuzz() {}

  public static void fuzzerTestOneInput(byte[] input) {
    List<Grant> grants;
    try {
      grants = RightsParser.parse(Claims.parse(input).members()).resolve(CALLER).toList();
    } catch (IllegalArgumentException refused) {
      check(refused, input);
      return;
    }
    Rights rights = Rights.of(grants, Namespace.NONE);
    for (Grant grant : grants) {
      String name = grant.names().toString();
      if (grant.names().isAll() != (name.equals("*") && grant.names().prefixes().contains(""))) {
        throw new AssertionError("all, or not: " + name);
      }
      for (String exact : grant.names().exact()) {
        if (!rights.has(grant.right(), exact)) {
          throw new AssertionError("not granted: " + exact);
        }
      }
      if (rights.hasAll(grant.right())
          && !(rights.hasWhole(grant.right(), "") && rights.hasWhole(grant.right(), "any"))) {
        throw new AssertionError("all, but not each");
      }
    }
    for (Right right : Right.values()) {
      if (grants.stream().noneMatch(one -> one.right() == right)
          && (rights.has(right) || rights.hasAll(right) || rights.hasWhole(right, "x"))) {
        throw new AssertionError("granted out of nothing: " + right);
      }
    }
  }

  /** What is refused is not repeated, since it goes to logs and callers. */
  private static void check(IllegalArgumentException refused, byte[] input) {
    String text = new String(input, StandardCharsets.UTF_8);
    if (text.length() > 40 && String.valueOf(refused.getMessage()).contains(text)) {
      throw new AssertionError("repeated: " + refused.getMessage());
    }
  }
}
