package penstock.feed.connection;

import static java.util.stream.Collectors.summingInt;

import io.quarkus.runtime.configuration.MemorySize;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Collection;
import java.util.stream.LongStream;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import penstock.problem.ProblemException;
import penstock.problem.ProblemType;

/**
 * How long an id may be so that a reader can come back with it, in a header or in the query of its
 * request: what HTTP's limits leave. Whoever would be refused with an id that a feed gave out, with
 * a status that ends an {@code EventSource} for good, is refused before the first one.
 */
@ApplicationScoped
public class ResumeLimit {

  public static final String HEADER_SIZE = "quarkus.http.limits.max-header-size";
  public static final String LINE_LENGTH = "quarkus.http.limits.max-initial-line-length";
  public static final String HEADER_LIST_SIZE = "quarkus.http.limits.max-header-list-size";

  /**
   * Characters of a request beside the id: the names of what is followed, cookies, a token. As much
   * as servers commonly take.
   */
  public static final int OTHERS = 16 * 1024;

  private final long longest;

  @Inject
  ResumeLimit(
      @ConfigProperty(name = HEADER_SIZE) MemorySize headers,
      @ConfigProperty(name = LINE_LENGTH) int line,
      @ConfigProperty(name = HEADER_LIST_SIZE) long headerList) {
    longest = LongStream.of(headers.asLongValue(), line, headerList).min().getAsLong() - OTHERS;
  }

  /** The most characters of an id. */
  public long longest() {
    return longest;
  }

  /**
   * Refuses feeds whose ids could not come back.
   *
   * @param partitions of each feed that is to share a connection
   */
  public void check(Collection<Integer> partitions) {
    int needed = CombinedCursor.longest(partitions);
    if (needed > longest) {
      throw ProblemException.of(
          ProblemType.ID_TOO_LONG,
          "The ids of these %d feeds, of %d partitions together, can be of %d characters, and at most %d can come back in a request. Follow fewer over one connection, or raise %s, %s and %s."
              .formatted(
                  partitions.size(),
                  partitions.stream().collect(summingInt(Integer::intValue)),
                  needed,
                  longest,
                  HEADER_SIZE,
                  LINE_LENGTH,
                  HEADER_LIST_SIZE));
    }
  }
}
