package penstock.feed.loop;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.NANOSECONDS;

import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.quarkus.runtime.ShutdownEvent;
import io.vertx.core.AbstractVerticle;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.interceptor.Interceptor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;
import penstock.feed.DisconnectReason;
import penstock.feed.FeedConfig;

/**
 * The end of all feeds when the application ends: readers are disconnected one after the other,
 * spread over the drain time, so that the instances that take them over are not hit at once.
 */
@Singleton
public class Drain {

  /** The priority of those who observe the shutdown when no reader is left. */
  public static final int AFTER_READERS = Interceptor.Priority.APPLICATION + 600;

  private static final Logger LOG = Logger.getLogger(Drain.class);

  /** After the last reader was disconnected. */
  private static final int GRACE_MILLIS = 1_000;

  /** How often it is looked whether all have gone. */
  private static final int LOOK_MILLIS = 20;

  private final Vertx vertx;
  private final Admission admission;
  private final long drainMillis;

  private final AtomicBoolean holding = new AtomicBoolean();

  /** When nobody should be left, in the time of {@link System#nanoTime}. */
  private long endsAt;

  @Inject
  Drain(Vertx vertx, Admission admission, FeedConfig config) {
    this.vertx = vertx;
    this.admission = admission;
    this.drainMillis = config.drainTime().toMillis();
  }

  /**
   * As soon as the end is known, while the service still does all its work. Does not block: those
   * who tell balancers and clients to go elsewhere hear of the end after this.
   */
  void begin(@Observes ShutdownDelayInitiatedEvent ending) {
    begin();
  }

  /** Blocks the thread that ends the application until the last reader is gone. */
  void end(@Observes ShutdownEvent ending) {
    begin();
    try {
      long left = NANOSECONDS.toMillis(endsAt() - System.nanoTime());
      int still = admission.awaitEmpty(Math.max(0, left));
      if (still > 0) {
        LOG.warnf("readers not disconnected in time: count=%d", still);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Sees to it that the HTTP server outlasts its readers: the framework ends it as soon as all
   * requests are answered, and that of a feed may be when the feed has begun. On an event loop of
   * the server; once is enough.
   */
  public void holdServer() {
    if (!holding.getAndSet(true)) {
      vertx
          .deployVerticle(new ServerHold())
          .onFailure(failure -> LOG.warn("the server may end before its readers", failure));
    }
  }

  /** Deployed by the server, as a part of it, and so stopped before it is. */
  private final class ServerHold extends AbstractVerticle {

    @Override
    public void stop(Promise<Void> stopped) {
      Drain.this.begin();
      complete(stopped);
    }
  }

  private void complete(Promise<Void> stopped) {
    if (admission.isEmpty() || System.nanoTime() - endsAt() >= 0) {
      stopped.complete();
    } else {
      vertx.setTimer(LOOK_MILLIS, look -> complete(stopped));
    }
  }

  private synchronized long endsAt() {
    return endsAt;
  }

  private synchronized void begin() {
    if (admission.isClosed()) {
      return;
    }
    List<FeedSubscriber> leaving = new ArrayList<>(admission.close());
    endsAt = System.nanoTime() + MILLISECONDS.toNanos(drainMillis + GRACE_MILLIS);
    if (leaving.isEmpty()) {
      return;
    }
    LOG.infof("disconnecting readers: count=%d over=%dms", leaving.size(), drainMillis);
    Collections.shuffle(leaving);
    for (int i = 0; i < leaving.size(); i++) {
      FeedSubscriber one = leaving.get(i);
      long delay = 1 + drainMillis * i / leaving.size();
      vertx.setTimer(delay, over -> one.disconnect(DisconnectReason.SHUTTING_DOWN));
    }
  }
}
