package penstock.ingest;

import io.netty.util.concurrent.EventExecutor;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.function.Function;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import penstock.problem.IsolatedCall;
import penstock.problem.Problem;
import penstock.problem.ProblemException;
import penstock.problem.ProblemType;
import penstock.problem.Problems;
import penstock.stream.CursorScope;
import penstock.stream.Partition;
import penstock.trace.PipelineStage;
import penstock.trace.SpanLinks;
import penstock.trace.Tracing;

/**
 * Appends to one partition: requests that arrive while an append is under way are sent together as
 * the next one, and so are those that arrive in one turn of an event loop. There is no timer, so
 * that a lone request waits for nothing. What waits is bounded in bytes.
 *
 * <p>May be used from any thread. A request is answered on its own event loop, in one task for all
 * requests of an append that share the loop.
 */
final class GroupCommit {

  private static final Logger LOG = Logger.getLogger(GroupCommit.class);

  private final Partition partition;
  private final Function<AppendBatch, Future<BatchResult>> append;
  private final IngestMeters meters;
  private final Tracing tracing;
  private final long maxQueued;
  private final Runnable lost;
  private final ArrayDeque<PendingAppend> queue = new ArrayDeque<>();
  private long queuedBytes;

  /** A script is on its way, or leaves at the end of a turn. */
  private boolean underWay;

  private String life = "";
  private CursorScope scope = new CursorScope(0, 0);

  GroupCommit(
      Partition partition,
      Function<AppendBatch, Future<BatchResult>> append,
      IngestMeters meters,
      Tracing tracing,
      long maxQueued,
      Runnable lost) {
    this.partition = partition;
    this.append = append;
    this.meters = meters;
    this.tracing = tracing;
    this.maxQueued = maxQueued;
    this.lost = lost;
  }

  /**
   * Completes when all the entries were taken, on {@code loop}. Fails if any may not be; those
   * before it may be in.
   *
   * @param span of the request
   */
  Future<PartitionAck> append(List<EncodedEvent> entries, EventExecutor loop, SpanContext span) {
    PendingAppend request = new PendingAppend(entries, loop, span);
    boolean begins;
    synchronized (this) {
      // a request is let in whenever nothing waits, so that none is too large for ever
      if (queuedBytes > 0 && queuedBytes + request.unsentBytes() > maxQueued) {
        return Future.failedFuture(full());
      }
      queue.add(request);
      queuedBytes += request.unsentBytes();
      begins = !underWay;
      underWay = true;
    }
    if (begins) {
      sendBehindTurn();
    }
    return request.promise.future();
  }

  private ProblemException full() {
    return Problem.passing(
            ProblemType.TOO_BUSY,
            "Nothing was written, since too much waits to be appended to the stream '"
                + partition.stream()
                + "'. Retry later.",
            Duration.ofSeconds(1))
        .exception();
  }

  /** Takes what fits into one script; null if nothing waits. Called with the lock held. */
  private @Nullable AppendBatch nextBatch() {
    AppendBatch batch = new AppendBatch();
    int bytes = 0;
    while (!queue.isEmpty() && batch.entries().size() < AppendBatch.MAX_EVENTS) {
      PendingAppend head = queue.peek();
      int size = head.peek().bytes();
      if (bytes > 0 && bytes + size > AppendBatch.MAX_BYTES) {
        break;
      }
      bytes += size;
      queuedBytes -= size;
      batch.add(head);
      if (!head.hasMore()) {
        queue.remove();
      }
    }
    underWay = !batch.entries().isEmpty();
    return underWay ? batch : null;
  }

  /** Behind the requests that this turn of the event loop is yet to read, which go along. */
  private void sendBehindTurn() {
    Context here = Vertx.currentContext();
    if (here == null) {
      sendNext();
    } else {
      here.runOnContext(turn -> sendNext());
    }
  }

  private void sendNext() {
    AppendBatch next;
    synchronized (this) {
      next = nextBatch();
    }
    if (next != null) {
      send(next);
    }
  }

  /** Whatever is thrown on the way, the requests are answered, and the next ones are sent. */
  private void send(AppendBatch batch) {
    long start = System.nanoTime();
    Span span = span(batch);
    IsolatedCall.begin(() -> append.apply(batch))
        .onComplete(
            reply -> {
              IsolatedCall.run(
                  () -> {
                    meters.committed(batch.entries().size(), System.nanoTime() - start);
                    Tracing.end(span, batch.entries().size(), reply.cause());
                  });
              var answers = new AppendAnswers();
              synchronized (this) {
                if (reply.succeeded()) {
                  succeed(batch, reply.result(), answers);
                } else {
                  fail(batch, reply.cause(), answers);
                }
              }
              IsolatedCall.run(this::sendBehindTurn);
              answers.give();
            });
  }

  private Span span(AppendBatch batch) {
    try {
      SpanLinks links = tracing.links();
      if (tracing.isOn()) {
        batch.requests().forEach(request -> links.add(request.span));
      }
      return tracing.begin(PipelineStage.APPEND, partition.stream().value(), links);
    } catch (RuntimeException defect) {
      LOG.error("an append is not traced", defect);
      return Span.getInvalid();
    }
  }

  /**
   * Notes the results, and answers the requests that have all of theirs. Called with the lock held.
   */
  private void succeed(AppendBatch batch, BatchResult reply, AppendAnswers answers) {
    if (!reply.life().equals(life)) {
      if (!life.isEmpty()) {
        IsolatedCall.run(lost);
      }
      life = reply.life();
      scope =
          CursorScope.of("stream", partition.stream().value(), "", List.of())
              .toggle(partition.index(), life);
    }
    CursorScope here = scope;
    int fresh = 0;
    int duplicates = 0;
    for (int i = 0; i < batch.owners().size(); i++) {
      EventResult result = reply.events().get(i);
      if (result instanceof EventResult.Appended appended) {
        fresh += appended.duplicate() ? 0 : 1;
        duplicates += appended.duplicate() ? 1 : 0;
      }
      batch.owners().get(i).add(result);
    }
    count(fresh, duplicates);
    for (PendingAppend request : batch.requests()) {
      ProblemException refusal = request.refusal();
      if (refusal != null) {
        fail(request, refusal, answers);
      } else if (request.isDone()) {
        answers.add(
            request,
            () ->
                Future.succeededFuture(
                    request.ack(partition.index(), reply.life(), here, reply.term())));
      }
    }
  }

  private void count(int fresh, int duplicates) {
    IsolatedCall.run(() -> meters.appended(fresh, duplicates));
  }

  /**
   * Fails the requests of the batch; none goes on with its later parts. Called with the lock held.
   */
  private void fail(AppendBatch batch, Throwable cause, AppendAnswers answers) {
    batch.requests().forEach(request -> fail(request, cause, answers));
  }

  private void fail(PendingAppend request, Throwable cause, AppendAnswers answers) {
    if (queue.peek() == request) {
      queue.remove();
      queuedBytes -= request.unsentBytes();
    }
    answers.add(request, () -> Future.failedFuture(request.hasBegun() ? incomplete(cause) : cause));
  }

  /** The failure of a request of which something is in the log, whatever the cause says. */
  static ProblemException incomplete(Throwable cause) {
    return new ProblemException(
        Problem.passing(
            ProblemType.OUTCOME_UNKNOWN,
            "Some of the events were taken, others may not have been ("
                + Problems.from(cause).type().title()
                + "). Retry with the same event ids; what is in the log already is recognised.",
            Duration.ofSeconds(1)),
        cause);
  }
}
