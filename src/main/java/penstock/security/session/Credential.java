package penstock.security.session;

import org.jspecify.annotations.Nullable;
import penstock.problem.ProblemException;
import penstock.problem.ProblemType;
import penstock.security.identity.Caller;

/**
 * What a request's caller was known by.
 *
 * @param token as it was presented, or kept for a session; empty if it was by none
 * @param session the session that it was kept for; null if it was presented
 */
public record Credential(Caller caller, String token, @Nullable Secret session) {

  /**
   * Where nobody is asked who calls. Sessions and tickets can be had all the same, so that a page
   * need not know; they open what is open.
   */
  public static final Credential NONE = new Credential(Caller.UNKNOWN, "", null);

  /**
   * Refuses who is known, but not by a token: there is nothing that could be kept.
   *
   * @throws ProblemException so it is
   */
  public void requireToken() {
    if (caller.isAuthenticated() && token.isEmpty()) {
      throw ProblemException.of(
          ProblemType.UNAUTHENTICATED,
          "Sessions and tickets are given for tokens; a certificate is sent along by itself.");
    }
  }

  /** Not what it has, which might stand in a log then. */
  @Override
  public String toString() {
    return "credential of " + caller.subject();
  }
}
