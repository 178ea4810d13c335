package penstock.group;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Duration;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;
import penstock.problem.ProblemException;
import penstock.stream.StartPosition;
import penstock.stream.filter.EventFilter;

/**
 * What a group is to be like; all members have defaults. A description of a body, which {@link
 * GroupSettings} and {@link #start} read.
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@Schema(name = "GroupRequest")
record GroupRequest(
    @Schema(
            description =
                "`earliest`, `latest`, a time as in RFC 3339 or a cursor: where a new group begins. A group that there is stays where it is.",
            defaultValue = "earliest",
            examples = "earliest")
        @Nullable String start,
    @Schema(
            description = "After so many deliveries an event becomes a dead letter",
            minimum = "1",
            maximum = "100",
            defaultValue = "5")
        @Nullable Integer maxDeliveries,
    @Schema(description = "For pulls that say nothing else, from 100ms to 12h; 30s if not given")
        @Nullable Duration lease,
    @Schema(
            description =
                "Pauses before an event that was given back is delivered again, by the number of its delivery; the last one counts for all that follow",
            maxItems = 100)
        @Nullable List<Duration> backoff,
    @Schema(description = EventFilter.SUBJECT) @Nullable List<String> subject,
    @Schema(description = EventFilter.TYPE) @Nullable List<String> type,
    @Schema(
            description =
                "Only events that meet this condition, in the JSON form of the CloudEvents Subscriptions API")
        @Nullable Object filter,
    @Schema(
            description =
                "Whether of each key only one event is in flight at a time. Cannot be changed.",
            defaultValue = "false")
        @Nullable Boolean ordered) {

  /** Reads the place to begin at; `earliest` if it is not given. */
  static StartPosition start(GroupMembers body, String name) {
    String text = body.text(name).orElse("earliest");
    if (text.indexOf(':') < 0) {
      return StartPosition.parse(text);
    }
    try {
      return StartPosition.Since.parse(text);
    } catch (IllegalArgumentException broken) {
      throw ProblemException.ofParameter(name, String.valueOf(broken.getMessage()));
    }
  }
}
