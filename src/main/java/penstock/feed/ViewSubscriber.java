package penstock.feed;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ThreadLocalRandom;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import penstock.problem.ProblemException;
import penstock.stream.Cursor;
import penstock.stream.ResetReason;
import penstock.stream.Start;

/**
 * One reader of a view: what it asks for next, or a place in the ring; and a socket. What it has
 * not been written yet is never kept for it. Belongs to the event loop of its request.
 */
final class ViewSubscriber implements Reader {

  private static final Logger LOG = Logger.getLogger(ViewSubscriber.class);

  private static final int RETRY_MILLIS = 500;

  /** What a reader is doing. */
  private sealed interface State {

    /**
     * Needs something read, as soon as its socket can take it.
     *
     * @param busy it is being read, or a pause is made before
     */
    record Asking(ViewAsk ask, boolean busy) implements State {}

    /**
     * Shares the ring's batches.
     *
     * @param next the number of the one that comes next
     */
    record Live(Cursor at, ViewLane lane, long next) implements State {}

    record Closed() implements State {}
  }

  private final Vertx vertx;
  private final Context context;
  private final Connection connection;
  private final ViewRing ring;
  private final ViewFeeds feeds;
  private final FeedMeters meters;
  private final ViewCrowd crowd;

  /** The keys it wants; null for all. */
  private final @Nullable Set<String> keys;

  private State state = new State.Asking(new ViewAsk.Now(), true);

  /** Where its snapshot was begun; null outside of one. */
  private @Nullable Cursor begun;

  /** Where it could go on from; null until it has a snapshot. */
  private @Nullable Cursor at;

  private boolean caughtUp;
  private boolean served;
  private final Outage outage;

  ViewSubscriber(
      Vertx vertx,
      Outlet outlet,
      Set<String> keys,
      ViewRing ring,
      ViewFeeds feeds,
      FeedMeters meters,
      FeedConfig config) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.connection = new Connection(outlet, meters, config);
    this.keys = keys.isEmpty() ? null : new TreeSet<>(keys);
    this.ring = ring;
    this.feeds = feeds;
    this.meters = meters;
    this.outage = new Outage(config.redisPatience());
    this.crowd = ring.crowd(context);
  }

  @Override
  public ClientAddress client() {
    return connection.client();
  }

  ViewRing ring() {
    return ring;
  }

  /** Begins where the reader wants to, if it can. */
  void begin(Wish wish) {
    crowd.add(this);
    connection.listen(this::advance, this::close);
    ring.refresh();
    if (wish.refused() != null) {
      reset(wish.refused());
    } else {
      state =
          switch (wish.start()) {
            case Start.Earliest earliest -> new State.Asking(snapshot(), false);
            case Start.Since since -> new State.Asking(snapshot(), false);
            case Start.Latest latest -> new State.Asking(new ViewAsk.Now(), false);
            case Start.At resumed -> {
              at = resumed.cursor();
              yield new State.Asking(new ViewAsk.Since(resumed.cursor()), false);
            }
          };
    }
    advance();
  }

  /** The beginning of a snapshot, in the order of the keys' bytes as far as they are ASCII. */
  private ViewAsk snapshot() {
    begun = null;
    return keys == null ? new ViewAsk.All(null, null) : new ViewAsk.Some(null, List.copyOf(keys));
  }

  private void reset(ResetReason reason) {
    meters.reset(reason);
    at = null;
    caughtUp = false;
    connection.write(ViewFrames.reset(reason));
    state = new State.Asking(snapshot(), false);
  }

  /** Does all that can be done now: writes until the socket is full or there is nothing more. */
  @Override
  public void advance() {
    boolean more = true;
    while (more && !isClosed() && !connection.isFull()) {
      more =
          switch (state) {
            case State.Asking asking -> ask(asking);
            case State.Live live -> advance(live);
            case State.Closed closed -> false;
          };
    }
  }

  private boolean ask(State.Asking asking) {
    if (!asking.busy()) {
      state = new State.Asking(asking.ask(), true);
      ring.ask(
          asking.ask(), keys, answer -> context.runOnContext(go -> answered(asking.ask(), answer)));
    }
    return false;
  }

  private boolean advance(State.Live live) {
    if (live.lane().isClosed()) {
      state = new State.Asking(new ViewAsk.Since(live.at()), false);
      return true;
    }
    if (live.next() == live.lane().head()) {
      if (!caughtUp) {
        caughtUp = true;
        connection.write(Frames.caughtUp(live.at()));
      }
      return false;
    }
    Chunk chunk = crowd.next(live.lane(), live.next(), keys);
    if (chunk == null) {
      state = new State.Asking(new ViewAsk.Since(live.at()), false);
      return true;
    }
    state = new State.Live(chunk.at(), live.lane(), chunk.next());
    write(chunk);
    return true;
  }

  private void answered(ViewAsk ask, ViewAnswer answer) {
    if (isClosed()) {
      return;
    }
    if (!(answer instanceof ViewAnswer.Failed)) {
      served = true;
      outage.end();
    }
    switch (answer) {
      case ViewAnswer.Joined joined -> {
        at = joined.at();
        state = new State.Live(joined.at(), joined.lane(), joined.next());
      }
      case ViewAnswer.Caught caught -> {
        write(caught.batch().frames(keys, caught.next()));
        state =
            caught.joins()
                ? new State.Live(caught.batch().at(), caught.lane(), caught.next())
                : new State.Asking(new ViewAsk.Since(caught.batch().at()), false);
      }
      case ViewAnswer.Page page -> take(page);
      case ViewAnswer.Reset reset -> reset(reset.reason());
      case ViewAnswer.Failed failed -> failed(ask, failed.failure());
    }
    advance();
  }

  private void take(ViewAnswer.Page page) {
    Cursor from = begun == null ? page.begun() : begun;
    begun = from;
    if (page.complete()) {
      connection.write(ViewFrames.id(from));
      connection.write(page.frame());
      at = from;
      state = new State.Asking(new ViewAsk.Since(from), false);
    } else {
      connection.write(page.frame());
      state =
          new State.Asking(
              keys == null
                  ? new ViewAsk.All(page.lane(), page.after())
                  : new ViewAsk.Some(page.lane(), page.left()),
              false);
    }
  }

  private void failed(ViewAsk ask, Throwable failure) {
    if (!served || outage.outlasts(System.nanoTime())) {
      unavailable(failure);
      return;
    }
    state = new State.Asking(ask, true);
    vertx.setTimer(
        1 + ThreadLocalRandom.current().nextInt(RETRY_MILLIS),
        over ->
            context.runOnContext(
                go -> {
                  if (!isClosed()) {
                    state = new State.Asking(ask, false);
                    advance();
                  }
                }));
  }

  private void write(Chunk chunk) {
    connection.write(chunk);
    at = chunk.at();
  }

  @Override
  public void tick(long now) {
    if (isClosed()) {
      return;
    }
    long silence = state instanceof State.Live ? ring.silence() : 0;
    DisconnectReason reason = connection.overdue(now, silence, at != null);
    if (reason != null) {
      close(reason);
    } else if (connection.isQuiet(now)) {
      connection.write(at == null ? Frames.comment() : Frames.heartbeat(at));
    }
  }

  private void unavailable(Throwable failure) {
    if (failure instanceof ProblemException passing) {
      close(DisconnectReason.of(passing.problem().type()));
    } else {
      LOG.errorf(failure, "a feed failed: view=%s", ring.view().name());
      close(DisconnectReason.INTERNAL_ERROR);
    }
  }

  private boolean isClosed() {
    return state instanceof State.Closed;
  }

  @Override
  public void disconnect(DisconnectReason reason) {
    context.runOnContext(go -> close(reason));
  }

  private void close(DisconnectReason reason) {
    if (isClosed()) {
      return;
    }
    state = new State.Closed();
    crowd.remove(this);
    feeds.left(this);
    meters.disconnected(reason);
    connection.end(reason, feeds.retryMillis());
  }
}
