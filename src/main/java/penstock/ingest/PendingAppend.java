package penstock.ingest;

import io.netty.util.concurrent.EventExecutor;
import io.opentelemetry.api.trace.SpanContext;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import penstock.stream.CursorScope;
import penstock.stream.PartitionPosition;
import penstock.stream.Position;
import penstock.stream.Term;

/**
 * The events of one request for one partition, on their way. Guarded by its {@link GroupCommit}.
 */
final class PendingAppend {

  /** Completed on {@link #loop}. */
  final Promise<PartitionAck> promise = Promise.promise();

  /** Where the request is answered. */
  final EventExecutor loop;

  /** Of the request. */
  final SpanContext span;

  private final List<EncodedEvent> entries;
  private final List<EventResult> results;
  private int sent;
  private long unsentBytes;

  PendingAppend(List<EncodedEvent> entries, EventExecutor loop, SpanContext span) {
    this.entries = entries;
    this.loop = loop;
    this.span = span;
    this.results = new ArrayList<>(entries.size());
    for (EncodedEvent entry : entries) {
      unsentBytes += entry.bytes();
    }
  }

  boolean hasMore() {
    return sent < entries.size();
  }

  EncodedEvent peek() {
    return entries.get(sent);
  }

  EncodedEvent next() {
    EncodedEvent entry = entries.get(sent++);
    unsentBytes -= entry.bytes();
    return entry;
  }

  long unsentBytes() {
    return unsentBytes;
  }

  void add(EventResult result) {
    results.add(result);
  }

  boolean isDone() {
    return results.size() == entries.size();
  }

  /** Whether some of it is in the log already. */
  boolean hasBegun() {
    return !results.isEmpty();
  }

  /** What its request is answered, once all of it is in the log. */
  PartitionAck ack(String life, CursorScope scope, Term term) {
    Position last = results.getFirst().position();
    for (EventResult result : results) {
      last = result.position().isAfter(last) ? result.position() : last;
    }
    return new PartitionAck(
        results, life, scope, new PartitionPosition(term.number(), term.bits(), last));
  }
}
