package penstock.feed.http;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The id of the last frame that a reader saw: in the header that browsers send, or in a parameter
 * where a client cannot set headers, as polyfills do that keep clear of preflights across origins.
 */
final class LastEventId {

  static final String HEADER = "Last-Event-ID";

  static final String PARAMETER = "lastEventId";

  /** What the parameter means, for the API's description. */
  static final String MEANING =
      "As the header `Last-Event-ID`, which beats it: for clients that cannot set a header.";

  private LastEventId() {}

  /**
   * What a request says.
   *
   * @param header null or empty without one
   * @param parameter as often as it was given; some clients add theirs to the one that the address
   *     has, so the last is the newest
   * @return null without either
   */
  static @Nullable String of(@Nullable String header, List<String> parameter) {
    if (header != null && !header.isEmpty()) {
      return header;
    }
    return parameter.isEmpty() ? null : parameter.getLast();
  }
}
