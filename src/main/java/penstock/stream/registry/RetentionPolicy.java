package penstock.stream.registry;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What is kept of each partition of a stream; what is not set does not limit it.
 *
 * @param maxAge older events go, once every consumer is done with them
 * @param maxLength events beyond it go, the oldest first, once every consumer is done with them
 * @param hardLimit events beyond it go, whoever still needs them
 */
public record RetentionPolicy(
    Optional<Duration> maxAge, OptionalLong maxLength, OptionalLong hardLimit) {

  /** Everything is kept for ever. */
  public static final RetentionPolicy UNLIMITED =
      new RetentionPolicy(Optional.empty(), OptionalLong.empty(), OptionalLong.empty());

  static RetentionPolicy of(StreamsConfig.RetentionSettings settings) {
    return new RetentionPolicy(settings.maxAge(), settings.maxLength(), settings.hardLimit());
  }

  public boolean isUnlimited() {
    return equals(UNLIMITED);
  }
}
