package penstock.group;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;
import penstock.problem.ProblemException;

/**
 * Which deliveries a consumer has something to say of; what that is decides which further members
 * are heeded.
 *
 * @param ackIds as pulls gave them out
 * @param delay of a nack: how long until the next delivery
 * @param drop of a nack: whether the events become dead letters
 * @param lease of an extension: how long from now on
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record SettleRequest(
    @Schema(minItems = 1, maxItems = MOST) List<String> ackIds,
    @Schema(
            description =
                "With nack: the pause before the next delivery; the group's backoff if not given")
        @Nullable Duration delay,
    @Schema(description = "With nack: whether the events become dead letters")
        @Nullable Boolean drop,
    @Schema(description = "With extend: how long from now on; the group's own lease if not given")
        @Nullable Duration lease) {

  static final int MOST = 1_000;

  static List<AckId> ids(GroupMembers body) {
    List<String> texts = body.texts("ackIds", MOST);
    if (texts.isEmpty()) {
      throw ProblemException.ofParameter("ackIds", "must be an array of 1 to " + MOST + " texts");
    }
    return parse(texts);
  }

  /** A problem if one of them is none that a pull can have given out. */
  static List<AckId> parse(List<String> texts) {
    var ids = new ArrayList<AckId>(texts.size());
    for (String text : texts) {
      try {
        ids.add(AckId.parse(text));
      } catch (IllegalArgumentException none) {
        throw ProblemException.ofParameter(
            "ackIds", "has at place " + ids.size() + " what no pull gave out");
      }
    }
    return ids;
  }

  static @Nullable Duration delay(GroupMembers body) {
    return body.duration("delay", Duration.ZERO, GroupSettings.MOST_DELAY).orElse(null);
  }

  static @Nullable Duration lease(GroupMembers body) {
    return body.duration("lease", GroupSettings.LEAST_LEASE, GroupSettings.MOST_LEASE).orElse(null);
  }
}
