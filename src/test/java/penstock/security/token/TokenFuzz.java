package penstock.security.token;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import penstock.problem.ProblemException;
import penstock.security.identity.Caller;

/** Any text as a token: its header and its claims are read, or refused with nothing of it. */
public final class TokenFuzz {

  private static final CallerFactory CALLERS =
      new CallerFactory(
          "penstock", "groups", Map.of("agent", "{\"read\":[\"${sub}\"]}"), null, true);

  private TokenFuzz() {}

  public static void fuzzerTestOneInput(byte[] input) {
    String token = new String(input, StandardCharsets.ISO_8859_1);
    try {
      TokenHeader header = TokenHeader.of(token);
      if (header.algorithm() == null || token.split("\\.", -1).length != 3) {
        throw new AssertionError("no token: " + token);
      }
      Caller caller = CALLERS.ofToken(TokenHeader.claims(token), 60);
      if (caller.subject().isEmpty() || !caller.isAuthenticated() || caller.rights().isAll()) {
        throw new AssertionError("nobody: " + caller);
      }
    } catch (ProblemException refused) {
      if (token.length() > 40 && refused.problem().detail().contains(token)) {
        throw new AssertionError("repeated: " + refused.problem().detail());
      }
    }
  }
}
