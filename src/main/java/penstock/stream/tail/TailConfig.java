package penstock.stream.tail;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;

/** How an instance follows the logs. */
@ConfigMapping(prefix = "penstock.tail")
public interface TailConfig {

  /**
   * How often a quiet log is looked at, to see whether it is still the same one. What is appended
   * is delivered at once, whatever this is, unless the notice of it was lost, or another hand wrote
   * it.
   */
  @WithDefault("1s")
  Duration checkInterval();

  /**
   * The most entries of one log in one read. Times the limit of an event it bounds the memory of a
   * read in the worst case.
   */
  @WithDefault("256")
  @Min(1)
  @Max(10_000)
  int readCount();

  /** What one read of one log should bring, judged by the sizes of the entries read before. */
  @WithDefault("4M")
  MemorySize readSize();
}
