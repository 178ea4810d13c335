package penstock.security.http;

import io.vertx.core.http.impl.HttpUtils;
import java.nio.charset.StandardCharsets;
import penstock.problem.ProblemException;
import penstock.security.identity.Claims;

/** Any body as one that asks for a ticket: the path that it gets is one for the router, too. */
public final class TicketRequestFuzz {

  private TicketRequestFuzz() {}

  public static void fuzzerTestOneInput(byte[] input) {
    String text = new String(input, StandardCharsets.UTF_8);
    if (TicketRequest.isFeed(text)) {
      check(text);
    }
    Claims body;
    try {
      body = Claims.parse(input);
    } catch (IllegalArgumentException refused) {
      return;
    }
    try {
      check(TicketRequest.read(body).path());
    } catch (ProblemException refused) {
      // as it may be
    }
    try {
      RevocationRequest wanted = RevocationRequest.read(body);
      if (wanted.name().isEmpty()) {
        throw new AssertionError("nothing is taken back");
      }
    } catch (ProblemException refused) {
      // as it may be
    }
  }

  private static void check(String path) {
    if (!HttpUtils.normalizePath(path).equals(path)
        || !path.endsWith("/feed")
        || path.contains("//")) {
      throw new AssertionError("another path for the router: " + path);
    }
  }
}
