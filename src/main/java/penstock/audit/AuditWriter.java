package penstock.audit;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.interceptor.Interceptor;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import penstock.consumer.Instance;
import penstock.event.Event;
import penstock.ingest.OwnEvents;
import penstock.security.identity.OwnNames;
import penstock.stream.StreamName;

/**
 * Brings records from the queue to the stream, a batch at a time. One that Redis may have or not
 * goes again, as the same event. On one event loop.
 */
@ApplicationScoped
class AuditWriter {

  private static final Logger LOG = Logger.getLogger(AuditWriter.class);

  private static final StreamName STREAM = new StreamName(OwnNames.AUDIT);

  /** How long a record waits at most while Redis is there. */
  private static final long INTERVAL_MILLIS = 200;

  /** How long an end of the service waits for the last ones. */
  private static final long LAST_MILLIS = 2_000;

  /** A script takes 256; half of it leaves room for others'. */
  private static final int BATCH = 128;

  private final Vertx vertx;
  private final Context context;
  private final AuditLog log;
  private final OwnEvents events;
  private final String source;
  private @Nullable Future<Void> underWay;
  private boolean failing;
  private volatile long timer = -1;

  @Inject
  AuditWriter(Vertx vertx, AuditLog log, OwnEvents events, Instance instance) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.log = log;
    this.events = events;
    this.source = "/instances/" + instance.name();
  }

  void start(@Observes StartupEvent event) {
    if (log.isOn()) {
      context.runOnContext(
          go ->
              timer =
                  vertx.setPeriodic(
                      INTERVAL_MILLIS,
                      fired -> {
                        log.count(false);
                        write();
                      }));
    }
  }

  private Future<Void> write() {
    if (underWay != null) {
      return underWay;
    }
    List<AuditRecord> batch = log.first(BATCH);
    if (batch.isEmpty()) {
      return Future.succeededFuture();
    }
    List<Event> all = batch.stream().map(one -> one.event(source)).toList();
    Promise<Void> over = Promise.promise();
    underWay = over.future();
    events
        .append(STREAM, all)
        .onComplete(
            done -> {
              underWay = null;
              if (done.succeeded()) {
                log.remove(batch.size());
                failing = false;
                write().onComplete(over);
              } else {
                tell(done.cause());
                over.fail(done.cause());
              }
            });
    return over.future();
  }

  private void tell(Throwable cause) {
    if (!failing) {
      failing = true;
      LOG.warnf("audit: not in the stream yet, which is tried again: %s", cause.getMessage());
    }
  }

  /** Before connections to Redis are closed. */
  void stop(@Observes @Priority(Interceptor.Priority.LIBRARY_BEFORE) ShutdownEvent event) {
    if (timer < 0) {
      return;
    }
    vertx.cancelTimer(timer);
    log.count(true);
    Promise<Void> last = Promise.promise();
    context.runOnContext(go -> write().onComplete(last));
    try {
      last.future()
          .toCompletionStage()
          .toCompletableFuture()
          .get(LAST_MILLIS, TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      LOG.warnf("audit: %d records are in the log only", log.queued());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
