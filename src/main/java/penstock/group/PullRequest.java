package penstock.group;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;
import penstock.problem.ProblemException;

/**
 * What a consumer asks for.
 *
 * @param max events at the most
 * @param patience how long it is waited for the first of them
 * @param lease how long it has for them; null for the group's own
 * @param consumer its name, as operators see it
 * @param ackIds deliveries that are acknowledged before it is pulled
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record PullRequest(
    @Schema(minimum = "1", maximum = "" + MOST, defaultValue = "1") @Nullable Integer max,
    @Schema(description = "How long to wait for the first event, at most 60s; 0s if not given")
        @JsonProperty("wait")
        @Nullable Duration patience,
    @Schema(
            description =
                "How long the events are this consumer's, from 100ms to 12h; the group's own if not"
                    + " given")
        @Nullable Duration lease,
    @Schema(
            description = "The consumer's name, as operators see it",
            pattern = "^[A-Za-z0-9._-]{1,64}$",
            defaultValue = ANONYMOUS)
        @Nullable String consumer,
    @Schema(
            description =
                "What is done by now, as with ack: saves a consumer that always has something to do"
                    + " a request",
            maxItems = SettleRequest.MOST)
        List<String> ackIds) {

  /** As many as one script delivers. */
  static final int MOST = 256;

  private static final Duration MOST_WAIT = Duration.ofSeconds(60);
  private static final String ANONYMOUS = "anonymous";
  private static final String RULE = "[A-Za-z0-9._-]{1,64}";
  private static final Pattern CONSUMER = Pattern.compile(RULE);

  static PullRequest read(GroupMembers body) {
    String consumer = body.text("consumer").orElse(ANONYMOUS);
    if (!CONSUMER.matcher(consumer).matches()) {
      throw ProblemException.ofParameter("consumer", "must match " + RULE);
    }
    return new PullRequest(
        body.number("max", 1, 1, MOST),
        body.duration("wait", Duration.ZERO, MOST_WAIT).orElse(Duration.ZERO),
        body.duration("lease", GroupSettings.LEAST_LEASE, GroupSettings.MOST_LEASE).orElse(null),
        consumer,
        body.texts("ackIds", SettleRequest.MOST));
  }

  int wanted() {
    return max == null ? 1 : max;
  }

  long waitMillis() {
    return patience == null ? 0 : patience.toMillis();
  }

  /** 0 for the group's own. */
  long leaseMillis() {
    return lease == null ? 0 : lease.toMillis();
  }

  String name() {
    return consumer == null ? ANONYMOUS : consumer;
  }
}
