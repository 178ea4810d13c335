package penstock.group;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;
import penstock.stream.filter.ConditionParser;
import penstock.stream.filter.EventFilter;

/**
 * Which events a group delivers, with the three members that have the meaning of a feed's
 * parameters of the same names.
 *
 * @param subject of these subjects, or that begin so; all if there are none
 * @param type of these types, or that begin so; all if there are none
 * @param filter that meet this condition; null if there is none
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
record GroupFilter(
    @Schema(description = EventFilter.SUBJECT) List<String> subject,
    @Schema(description = EventFilter.TYPE) List<String> type,
    @Schema(
            description =
                "Only events that meet this condition, in the JSON form of the CloudEvents Subscriptions API")
        @Nullable Object filter) {

  private static final int MOST_VALUES = 100;

  /** Delivers every event. */
  private static final GroupFilter OPEN = new GroupFilter(List.of(), List.of(), null);

  static GroupFilter read(GroupMembers body) {
    Optional<String> condition = body.json("filter");
    var filter =
        new GroupFilter(
            body.texts("subject", MOST_VALUES),
            body.texts("type", MOST_VALUES),
            condition.map(Json::decodeValue).orElse(null));
    filter.events();
    return filter;
  }

  /** Reads {@link #text}. */
  static GroupFilter parse(String text) {
    return text.isEmpty() ? OPEN : read(GroupMembers.read(Buffer.buffer(text)));
  }

  /** As it stands in Redis; empty if every event passes. */
  String text() {
    if (equals(OPEN)) {
      return "";
    }
    var json = new JsonObject().put("subject", subject).put("type", type);
    if (filter != null) {
      json.put("filter", filter);
    }
    return json.encode();
  }

  /** A problem if it is none. */
  EventFilter events() {
    return EventFilter.of(
        new LinkedHashSet<>(subject),
        new LinkedHashSet<>(type),
        filter == null ? List.of() : List.of(ConditionParser.parse(Json.encode(filter))));
  }
}
