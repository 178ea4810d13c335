package penstock.feed.loop;

import io.vertx.core.Context;
import io.vertx.core.impl.ContextInternal;
import java.util.concurrent.ThreadLocalRandom;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import penstock.feed.DisconnectReason;
import penstock.feed.connection.ClientAddress;
import penstock.feed.connection.Connection;
import penstock.feed.connection.ConnectionListener;
import penstock.problem.IsolatedCall;
import penstock.problem.ReportedFailure;
import penstock.security.identity.Caller;
import penstock.stream.Cursor;

/**
 * A reader with its connection, whatever it reads: how it comes, is kept alive, and leaves. What it
 * was not sent yet is never kept for it: it stays where all readers share it until the socket can
 * take it. Belongs to the event loop of its request.
 */
public abstract class ConnectedSubscriber implements FeedSubscriber, ConnectionListener {

  private static final Logger LOG = Logger.getLogger(ConnectedSubscriber.class);

  /** The loop's own: that of the request would hold it for as long as the reader stays. */
  private final Context context;

  private final Connection connection;
  private final Admission admission;

  /**
   * @param context of the event loop that the caller is on
   */
  public ConnectedSubscriber(Context context, Connection connection, Admission admission) {
    this.context = ((ContextInternal) context).unwrap();
    this.connection = connection;
    this.admission = admission;
  }

  /** From now on it is counted, and called when the socket takes more again. */
  public final void connect() {
    admission.entered(this);
    connection.listen(this);
  }

  @Override
  public final void drained() {
    advance();
  }

  @Override
  public final void gone(DisconnectReason reason) {
    close(reason);
  }

  @Override
  public final ClientAddress client() {
    return connection.client();
  }

  @Override
  public final Caller caller() {
    return connection.caller();
  }

  public final Connection connection() {
    return connection;
  }

  @Override
  public final long touch() {
    return (isClosed() ? 1 : 0) + connection.touch();
  }

  /** Does a step on the event loop, unless the reader has left by then. From any thread. */
  public final void onLoop(Runnable step) {
    context.runOnContext(
        go -> {
          try {
            if (!isClosed()) {
              step.run();
            }
          } catch (RuntimeException | Error defect) {
            fail(defect);
          }
        });
  }

  /** The same after a random pause, so that not all readers do it at once. */
  public final void later(int mostMillis, Runnable step) {
    context
        .owner()
        .setTimer(1 + ThreadLocalRandom.current().nextInt(mostMillis), over -> onLoop(step));
  }

  @Override
  public final void tick(long now) {
    if (isClosed()) {
      return;
    }
    DisconnectReason reason = connection.overdue(now, silence(), isResumable());
    if (reason != null) {
      close(reason);
    } else if (connection.isQuiet(now)) {
      connection.writeHeartbeat(at());
    }
  }

  @Override
  public final void disconnect(DisconnectReason reason) {
    context.runOnContext(go -> close(reason));
  }

  /** Ends the feed for a failure: one that will pass, or a defect. */
  public final void fail(Throwable failure) {
    if (failure instanceof ReportedFailure passing) {
      close(DisconnectReason.of(passing.problem().type()));
    } else {
      LOG.errorf(failure, "a feed failed: %s", source());
      close(DisconnectReason.INTERNAL_ERROR);
    }
  }

  private void close(DisconnectReason reason) {
    if (isClosed()) {
      return;
    }
    IsolatedCall.run(this::leave);
    IsolatedCall.run(() -> connection.end(reason));
    // at last, since the server may end when nobody is left
    admission.left(this);
  }

  public abstract boolean isClosed();

  /** Enters the closed state, and leaves what it shared with other readers. */
  public abstract void leave();

  /** Where it could go on: behind what it was sent last. Null if it has no such cursor yet. */
  public abstract @Nullable Cursor at();

  /** Whether it loses nothing if its connection ends now and it connects again. */
  public abstract boolean isResumable();

  /** Nanoseconds for which nothing came from Redis; 0 if the reader does not wait for news. */
  public abstract long silence();

  /** What it reads, for the log: a key and a name. */
  public abstract String source();
}
