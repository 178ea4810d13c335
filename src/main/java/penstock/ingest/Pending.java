package penstock.ingest;

import io.netty.util.concurrent.EventExecutor;
import io.opentelemetry.api.trace.SpanContext;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import penstock.stream.Place;
import penstock.stream.Position;
import penstock.stream.Scope;
import penstock.stream.Term;

/**
 * The events of one request for one partition, on their way. Guarded by its {@link GroupCommit}.
 */
final class Pending {

  /** Completed on {@link #loop}. */
  final Promise<Appended> promise = Promise.promise();

  /** Where the request is answered. */
  final EventExecutor loop;

  /** Of the request. */
  final SpanContext span;

  private final List<Entry> entries;
  private final List<Outcome> outcomes;
  private int sent;
  private long unsentBytes;

  Pending(List<Entry> entries, EventExecutor loop, SpanContext span) {
    this.entries = entries;
    this.loop = loop;
    this.span = span;
    this.outcomes = new ArrayList<>(entries.size());
    for (Entry entry : entries) {
      unsentBytes += entry.bytes();
    }
  }

  boolean hasMore() {
    return sent < entries.size();
  }

  Entry peek() {
    return entries.get(sent);
  }

  Entry next() {
    Entry entry = entries.get(sent++);
    unsentBytes -= entry.bytes();
    return entry;
  }

  long unsentBytes() {
    return unsentBytes;
  }

  void add(Outcome outcome) {
    outcomes.add(outcome);
  }

  boolean isDone() {
    return outcomes.size() == entries.size();
  }

  /** Whether some of it is in the log already. */
  boolean hasBegun() {
    return !outcomes.isEmpty();
  }

  /** What is told of it, once it is done. */
  Appended appended(String life, Scope scope, Term term) {
    Position last = outcomes.getFirst().position();
    for (Outcome outcome : outcomes) {
      last = outcome.position().isAfter(last) ? outcome.position() : last;
    }
    return new Appended(outcomes, life, scope, new Place(term.number(), term.bits(), last));
  }
}
