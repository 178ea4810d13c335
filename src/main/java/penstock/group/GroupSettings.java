package penstock.group;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * How a group delivers.
 *
 * @param maxDeliveries after so many an event is set aside
 * @param lease for pulls that say nothing else
 * @param backoff pauses before the next delivery of an event that was given back, by the number of
 *     the delivery; the last one counts for all that follow, none means at once
 * @param ordered of each key one event in flight at a time; cannot be changed
 */
record GroupSettings(
    int maxDeliveries,
    Duration lease,
    List<Duration> backoff,
    GroupFilter filter,
    boolean ordered) {

  static final Duration LEAST_LEASE = Duration.ofMillis(100);
  static final Duration MOST_LEASE = Duration.ofHours(12);
  static final Duration MOST_DELAY = Duration.ofHours(12);
  private static final Duration LEASE = Duration.ofSeconds(30);
  private static final int MAX_DELIVERIES = 5;

  /** Scripts look for an event under each number that its delivery may have. */
  private static final int MOST_DELIVERIES = 100;

  private static final int MOST_PAUSES = 100;

  static GroupSettings read(GroupMembers body) {
    return new GroupSettings(
        body.number("maxDeliveries", MAX_DELIVERIES, 1, MOST_DELIVERIES),
        body.duration("lease", LEAST_LEASE, MOST_LEASE).orElse(LEASE),
        body.durations("backoff", MOST_PAUSES, MOST_DELAY),
        GroupFilter.read(body),
        body.flag("ordered"));
  }

  /** Field, value, ... of the group's hash, without {@code ordered}. */
  List<String> fields() {
    var fields = new ArrayList<String>();
    fields.addAll(List.of("max-deliveries", Integer.toString(maxDeliveries)));
    fields.addAll(List.of("lease", Long.toString(lease.toMillis())));
    fields.addAll(
        List.of(
            "backoff",
            backoff.stream()
                .map(pause -> Long.toString(pause.toMillis()))
                .collect(Collectors.joining(","))));
    fields.addAll(List.of("filter", filter.text()));
    return fields;
  }

  /** Reads what {@code group-describe.lua} tells of them. */
  static GroupSettings of(
      String maxDeliveries, String ordered, String lease, String backoff, String filter) {
    return new GroupSettings(
        Integer.parseInt(maxDeliveries),
        Duration.ofMillis(Long.parseLong(lease)),
        Arrays.stream(backoff.split(","))
            .filter(pause -> !pause.isEmpty())
            .map(pause -> Duration.ofMillis(Long.parseLong(pause)))
            .toList(),
        GroupFilter.parse(filter),
        ordered.equals("1"));
  }
}
