package penstock.security.http;

import java.util.regex.Pattern;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import penstock.problem.ProblemException;
import penstock.security.identity.Claims;

/**
 * What a ticket is asked for.
 *
 * @param path of a feed, as it will be requested
 */
record TicketRequest(
    @Schema(
            description = "The path of a feed, without a query",
            required = true,
            examples = "/streams/agents/feed")
        String path) {

  private static final int MOST = 512;
  private static final String FEED = "/feed";

  /**
   * There is one way only to write such a path: nothing encoded, no parameters, no segments of dots
   * or of nothing. So one for which there is a ticket is the same as no other.
   */
  private static final Pattern PLAIN =
      Pattern.compile("(/(?!\\.{1,2}(/|$))[A-Za-z0-9._~-]+)*" + FEED);

  static TicketRequest read(Claims body) {
    if (!(body.get("path") instanceof String path) || !isFeed(path)) {
      throw ProblemException.ofParameter(
          "path", "must be the path of a feed, plainly written, such as /streams/orders/feed");
    }
    return new TicketRequest(path);
  }

  /** Whether tickets are heeded there. */
  static boolean isFeed(String path) {
    return path.length() <= MOST && PLAIN.matcher(path).matches();
  }
}
