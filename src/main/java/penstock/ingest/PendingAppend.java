package penstock.ingest;

import io.netty.util.concurrent.EventExecutor;
import io.opentelemetry.api.trace.SpanContext;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import penstock.problem.ProblemException;
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
  private @Nullable ProblemException refusal;

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
    if (result instanceof EventResult.Refused refused) {
      refusal = refused.problem();
    } else {
      results.add(result);
    }
  }

  /** Why one of its events was not taken; null if all were that were sent so far. */
  @Nullable ProblemException refusal() {
    return refusal;
  }

  boolean isDone() {
    return results.size() == entries.size();
  }

  /** Whether some of it was taken already. */
  boolean hasBegun() {
    return !results.isEmpty();
  }

  /** What its request is answered, once all of it was taken. */
  PartitionAck ack(int partition, String life, CursorScope scope, Term term) {
    Position last = Position.ZERO;
    for (EventResult result : results) {
      if (result instanceof EventResult.Appended appended && appended.position().isAfter(last)) {
        last = appended.position();
      }
    }
    return new PartitionAck(
        partition,
        results,
        life,
        scope,
        last.equals(Position.ZERO)
            ? PartitionPosition.NOWHERE
            : new PartitionPosition(term.number(), term.bits(), last));
  }
}
