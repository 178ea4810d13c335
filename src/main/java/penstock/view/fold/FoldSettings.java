package penstock.view.fold;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import penstock.json.JsonPointer;

/**
 * The settings of one fold, each of which must be asked for. What makes no sense is an {@link
 * InvalidSettingException}.
 */
final class FoldSettings {

  private final String fold;
  private final Map<String, String> left;

  FoldSettings(FoldSpec spec) {
    this.fold = spec.name();
    this.left = new HashMap<>(spec.settings());
  }

  private Optional<String> take(String name) {
    return Optional.ofNullable(left.remove(name));
  }

  /** The number that the fold needs. */
  NumberExtractor number() {
    NumberExtractor number = optionalNumber();
    if (number == null) {
      throw new InvalidSettingException(
          "value", "the fold '" + fold + "' needs a JSON pointer to a number, such as /total");
    }
    return number;
  }

  /** The number, if one is configured. */
  @Nullable NumberExtractor optionalNumber() {
    return take("value").map(FoldSettings::number).orElse(null);
  }

  private static NumberExtractor number(String pointer) {
    try {
      return new NumberExtractor(JsonPointer.parse(pointer));
    } catch (IllegalArgumentException e) {
      throw new InvalidSettingException("value", e);
    }
  }

  /** An attribute or a pointer. */
  KeyExtractor keyExtractor(String name) {
    String text =
        take(name)
            .orElseThrow(
                () ->
                    new InvalidSettingException(
                        name,
                        "the fold '"
                            + fold
                            + "' needs subject, type, source, id or a JSON pointer such as"
                            + " /customer/id"));
    try {
      return KeyExtractor.parse(text);
    } catch (IllegalArgumentException e) {
      throw new InvalidSettingException(name, e);
    }
  }

  int count(String name, int normal, int most) {
    int count = take(name).map(Integer::parseInt).orElse(normal);
    if (count < 1 || count > most) {
      throw new InvalidSettingException(name, "must be from 1 to " + most);
    }
    return count;
  }

  Rank.Score score() {
    return take("score")
        .map(
            text ->
                Stream.of(Rank.Score.values())
                    .filter(score -> score.toString().equals(text))
                    .findFirst()
                    .orElseThrow(
                        () ->
                            new InvalidSettingException(
                                "score", "must be last, highest, lowest or total")))
        .orElse(Rank.Score.LAST);
  }

  /** In whole seconds. */
  long seconds(String name, Duration normal, Duration most) {
    Duration duration = take(name).map(Duration::parse).orElse(normal);
    if (duration.toSeconds() < 1 || duration.getNano() != 0 || duration.compareTo(most) > 0) {
      throw new InvalidSettingException(
          name, "must be whole seconds, from 1s to " + most.toDays() + " days");
    }
    return duration.toSeconds();
  }

  /** All that the fold takes has been asked for. */
  void done() {
    left.keySet().stream()
        .findAny()
        .ifPresent(
            name -> {
              throw new InvalidSettingException(
                  name, "the fold '" + fold + "' has no such setting");
            });
  }
}
