package penstock.stream;

import io.vertx.redis.client.Response;
import java.util.Arrays;
import java.util.List;
import penstock.redis.RedisNumber;

/**
 * What is known of a partition's log at one moment.
 *
 * @param life random; a log that was lost begins another
 * @param terms in order, the last is the present one; the oldest are forgotten in time
 * @param trimmed the last position removed from the beginning, or zero
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

  /** Whether what is read between the two is all of one term. */
  public boolean isOfTermOf(LogState other) {
    return life.equals(other.life) && term().equals(other.term());
  }

  /**
   * Whether a reader's place is one of this log's: its term is known, and its position was in the
   * log when the term after it began, or is in the log now. What was trimmed counts as held.
   */
  public boolean holds(PartitionPosition place) {
    Position end = last;
    boolean known = false;
    for (Term term : terms) {
      if (term.number() == place.term()) {
        known = term.bits() == place.bits();
      } else if (term.number() == place.term() + 1) {
        end = term.start();
      }
    }
    return known && !place.position().isAfter(end);
  }

  /** Whether something was removed that comes behind a place that the log holds. */
  public boolean hasGapBehind(PartitionPosition place) {
    return trimmed.isAfter(place.position())
        || terms.stream()
            .anyMatch(term -> term.number() > place.term() && term.gap().isAfter(place.position()));
  }

  /** Whether a reader can go on from a place, and misses nothing. */
  public boolean continues(PartitionPosition place) {
    return holds(place) && !hasGapBehind(place);
  }

  /**
   * A place that was in the log once: as it is, or the log's end if a master has lost it since. One
   * of a later term than is known here stays as it is.
   */
  public PartitionPosition kept(PartitionPosition place) {
    return place.term() < term().number() && !holds(place)
        ? PartitionPosition.in(this, last)
        : place;
  }

  /** The same log as it was when a certain entry was its last. */
  public LogState until(Position position) {
    return new LogState(life, terms, trimmed, position, appended, millis);
  }

  /** Reads the reply of {@code observe.lua}, and of others that begin with the same. */
  public static LogState of(Response reply) {
    return new LogState(
        reply.get(0).toString(),
        Arrays.stream(reply.get(1).toString().split(",")).map(Term::parse).toList(),
        Position.parse(reply.get(2).toString()),
        Position.parse(reply.get(3).toString()),
        RedisNumber.longOf(reply.get(4)),
        RedisNumber.longOf(reply.get(5)));
  }
}
