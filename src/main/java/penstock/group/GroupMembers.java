package penstock.group;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import penstock.http.DurationParameter;
import penstock.problem.ProblemException;
import penstock.problem.ProblemType;

/**
 * The members of a request's body, which is a JSON object or nothing. What breaks a rule is the
 * problem {@code invalid-parameter} with the member's name; members that nobody asks for are passed
 * over.
 */
final class GroupMembers {

  private final JsonObject members;

  private GroupMembers(JsonObject members) {
    this.members = members;
  }

  static GroupMembers read(Buffer body) {
    if (body.length() == 0) {
      return new GroupMembers(new JsonObject());
    }
    try {
      return new GroupMembers(new JsonObject(body));
    } catch (DecodeException | ClassCastException notJson) {
      throw ProblemException.of(
          ProblemType.MALFORMED_REQUEST, "The body is not a JSON object. Nothing was done.");
    }
  }

  private @Nullable Object value(String name) {
    return members.getValue(name);
  }

  private static ProblemException broken(String name, String rule) {
    return ProblemException.ofParameter(name, rule);
  }

  Optional<String> text(String name) {
    Object value = value(name);
    if (value == null) {
      return Optional.empty();
    }
    if (!(value instanceof String text)) {
      throw broken(name, "must be a text");
    }
    return Optional.of(text);
  }

  int number(String name, int without, int least, int most) {
    Object value = value(name);
    if (value == null) {
      return without;
    }
    if (!(value instanceof Integer number) || number < least || number > most) {
      throw broken(name, "must be a whole number from " + least + " to " + most);
    }
    return number;
  }

  boolean flag(String name) {
    Object value = value(name);
    if (value == null) {
      return false;
    }
    if (!(value instanceof Boolean flag)) {
      throw broken(name, "must be true or false");
    }
    return flag;
  }

  Optional<Duration> duration(String name, Duration least, Duration most) {
    return text(name).map(text -> duration(name, text, least, most));
  }

  private static Duration duration(String name, String text, Duration least, Duration most) {
    String rule =
        "must be a duration such as 5s, 250ms or PT5S, from "
            + DurationText.of(least)
            + " to "
            + DurationText.of(most);
    try {
      Duration duration = DurationParameter.parse(text);
      if (duration.compareTo(least) < 0 || duration.compareTo(most) > 0) {
        throw broken(name, rule);
      }
      return duration;
    } catch (IllegalArgumentException none) {
      throw broken(name, rule);
    }
  }

  List<Duration> durations(String name, int mostOfThem, Duration most) {
    return texts(name, mostOfThem).stream()
        .map(text -> duration(name, text, Duration.ZERO, most))
        .toList();
  }

  /** A text, or an array of texts; none if the member is not there. */
  List<String> texts(String name, int most) {
    Object value = value(name);
    if (value == null) {
      return List.of();
    }
    if (value instanceof String text) {
      return List.of(text);
    }
    String rule = "must be a text, or an array of at most " + most + " texts";
    if (!(value instanceof JsonArray array) || array.size() > most) {
      throw broken(name, rule);
    }
    var texts = new ArrayList<String>(array.size());
    for (Object one : array) {
      if (!(one instanceof String text)) {
        throw broken(name, rule);
      }
      texts.add(text);
    }
    return texts;
  }

  /** The JSON text of a member, whatever it is. */
  Optional<String> json(String name) {
    return Optional.ofNullable(value(name)).map(Json::encode);
  }
}
