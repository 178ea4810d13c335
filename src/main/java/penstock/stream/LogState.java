package penstock.stream;

import io.vertx.redis.client.Response;
import java.util.Arrays;
import java.util.List;

/**
 * What is known of a partition's log at one moment.
 *
 * @param life random; a log that was lost begins another
 * @param terms in order, the last is the present one; the oldest are forgotten in time
 * @param trimmed the last position removed, or zero
 * @param last the last position appended, or zero
 * @param appended how many events were ever appended in this life
 * @param millis Redis's clock
 */
public record LogState(
    String life, List<Term> terms, Position trimmed, Position last, long appended, long millis) {

  public LogState {
    terms = List.copyOf(terms);
  }

  public Term term() {
    return terms.getLast();
  }

  /** Reads the reply of {@code observe.lua}. */
  static LogState of(Response reply) {
    return new LogState(
        reply.get(0).toString(),
        Arrays.stream(reply.get(1).toString().split(",")).map(Term::parse).toList(),
        Position.parse(reply.get(2).toString()),
        Position.parse(reply.get(3).toString()),
        reply.get(4).toLong(),
        reply.get(5).toLong());
  }
}
