package penstock.feed;

import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import penstock.problem.ProblemException;
import penstock.stream.Cursor;
import penstock.stream.EventFilter;
import penstock.stream.LogState;
import penstock.stream.Position;
import penstock.stream.ResetReason;
import penstock.stream.Scope;
import penstock.stream.Start;
import penstock.stream.Values;

/**
 * One reader of a stream: a place in it, and a socket. What it has not been written yet is never
 * kept for it: it stays in the ring or in Redis until the socket can take it. Belongs to the event
 * loop of its request.
 */
final class Subscriber implements Reader {

  private static final Logger LOG = Logger.getLogger(Subscriber.class);

  private static final int PAUSE_MILLIS = 20;
  private static final int RETRY_MILLIS = 500;

  /** What a reader is doing. */
  private sealed interface State {

    /** Its place is not known yet. */
    record Opening() implements State {}

    /**
     * Reads older events from Redis, page by page and partition by partition, until it finds itself
     * in the ring.
     *
     * @param at behind what it was told last
     * @param busy a page is awaited, or a pause before the next
     */
    record Replaying(Cursor at, boolean busy) implements State {}

    /**
     * Shares the ring's frames.
     *
     * @param at behind what it was told last
     * @param next the number of the slot behind it
     */
    record Live(Cursor at, Lane lane, long next) implements State {}

    /** Has all, and waits with others for an event of its subjects. Its crowd knows where. */
    record Waiting() implements State {}

    record Closed() implements State {}
  }

  private final Vertx vertx;
  private final Context context;
  private final Connection connection;
  private final EventFilter filter;
  private final Ring ring;
  private final Feeds feeds;
  private final FeedMeters meters;
  private final StreamCrowd crowd;

  private State state = new State.Opening();
  private boolean caughtUp;

  private Goal goal = new Goal(List.of());

  private final Outage outage;

  Subscriber(
      Vertx vertx,
      Outlet outlet,
      EventFilter filter,
      Ring ring,
      Feeds feeds,
      FeedMeters meters,
      FeedConfig config) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.connection = new Connection(outlet, meters, config);
    this.filter = filter;
    this.ring = ring;
    this.feeds = feeds;
    this.meters = meters;
    this.outage = new Outage(config.redisPatience());
    this.crowd = ring.crowd(context);
  }

  Ring ring() {
    return ring;
  }

  @Override
  public ClientAddress client() {
    return connection.client();
  }

  /** Begins where the reader wants to, if it can. */
  void begin(Wish wish) {
    crowd.add(this);
    connection.listen(this::advance, this::close);
    ring.opened().onComplete(opened -> hop(() -> opened(opened, wish)));
  }

  private void hop(Runnable step) {
    context.runOnContext(go -> step.run());
  }

  private void opened(AsyncResult<Void> opened, Wish wish) {
    if (isClosed()) {
      return;
    }
    if (opened.failed()) {
      unavailable(opened.cause());
      return;
    }
    if (wish.refused() == null
        && wish.start() instanceof Start.At resumed
        && joinUnchecked(resumed.cursor())) {
      advance();
      return;
    }
    observe(this::unavailable, logs -> place(logs, wish));
  }

  private void observe(Consumer<Throwable> failed, Consumer<List<LogState>> observed) {
    ring.observe()
        .onComplete(
            logs ->
                hop(
                    () -> {
                      if (isClosed()) {
                        return;
                      }
                      if (logs.failed()) {
                        failed.accept(logs.cause());
                      } else {
                        outage.end();
                        observed.accept(logs.result());
                      }
                    }));
  }

  private boolean joinUnchecked(Cursor at) {
    Lane lane = ring.lane();
    long next = lane.behindUnchecked(at);
    if (next < 0) {
      return false;
    }
    goal = Goal.of(lane.logs());
    meters.foundInRing();
    state = new State.Live(at, lane, next);
    return true;
  }

  /** Lets the reader begin where it wants to, if the logs that it knows are these. */
  private void place(List<LogState> logs, Wish wish) {
    goal = Goal.of(logs);
    Cursor at =
        switch (wish.start()) {
          case Start.Earliest earliest -> cursor(logs, LogState::trimmed);
          case Start.Latest latest -> cursor(logs, LogState::last);
          case Start.Since since -> cursor(logs, since::in);
          case Start.At resumed -> resumed.cursor();
        };
    Optional<ResetReason> reason =
        Optional.ofNullable(wish.refused())
            .or(() -> at.obstacle(Scope.ofStream(ring.stream().name(), logs), logs));
    goOn(reason.isPresent() ? reset(logs, reason.get()) : at);
  }

  private Cursor cursor(List<LogState> logs, Function<LogState, Position> where) {
    return Cursor.ofStream(ring.stream().name(), logs, logs.stream().map(where).toList());
  }

  /**
   * Tells the reader that it misses something, and to begin anew with what is left. That is so for
   * all partitions, whichever it was: it cannot tell from which its events came, and so must forget
   * them all.
   */
  private Cursor reset(List<LogState> logs, ResetReason reason) {
    meters.reset(reason);
    Cursor at = cursor(logs, LogState::trimmed);
    connection.write(Frames.reset(at, reason));
    return at;
  }

  private void goOn(Cursor at) {
    if (ring.lane().isOf(at)) {
      state = new State.Replaying(at, false);
      advance();
    } else {
      // The ring has yet to notice that a log began anew.
      pause(at, RETRY_MILLIS);
    }
  }

  /** Something is not as it was where the reader stands: looks at all logs. */
  private void placeAgain(Cursor at) {
    state = new State.Replaying(at, true);
    observe(away -> redisAway(at, away), logs -> place(logs, new Wish(new Start.At(at), null)));
  }

  /** Does all that can be done now: writes until the socket is full or there is nothing more. */
  @Override
  public void advance() {
    boolean more = true;
    while (more) {
      more =
          switch (state) {
            case State.Opening opening -> false;
            case State.Replaying replaying -> advance(replaying);
            case State.Live live -> advance(live);
            case State.Waiting waiting -> false;
            case State.Closed closed -> false;
          };
    }
  }

  private boolean advance(State.Live live) {
    if (live.lane().isClosed()) {
      goal = goal.within(ring.lane().logs());
      state = new State.Replaying(live.at(), false);
      return true;
    }
    if (connection.isFull()) {
      return false;
    }
    if (live.next() == live.lane().head()) {
      tellCaughtUp(live.at());
      rest(live);
      return false;
    }
    Chunk chunk = crowd.next(live.lane(), live.next(), live.at(), filter);
    if (chunk == null) {
      state = new State.Replaying(live.at(), false);
      return true;
    }
    state = new State.Live(chunk.at(), live.lane(), chunk.next());
    connection.write(chunk);
    // What came meanwhile is not written by itself if it can be written with what comes then.
    return chunk.isEnough() || !crowd.isWoken();
  }

  /** Whoever wants certain subjects only need not look at all that comes. */
  private void rest(State.Live live) {
    Values subjects = filter.subjects();
    if (caughtUp
        && subjects.isExact()
        && crowd.await(this, subjects.exact(), new Spot(live.lane(), live.next(), live.at()))) {
      state = new State.Waiting();
    }
  }

  /** There may be something for it again. */
  void goOn(Spot from) {
    state = new State.Live(from.at(), from.lane(), from.next());
  }

  private void tellCaughtUp(Cursor at) {
    if (!caughtUp && goal.isReached(at)) {
      caughtUp = true;
      connection.write(Frames.caughtUp(at));
    }
  }

  private boolean advance(State.Replaying replaying) {
    if (replaying.busy() || connection.isFull()) {
      return false;
    }
    Cursor at = replaying.at();
    Lane lane = ring.lane();
    if (!lane.isOf(at)) {
      placeAgain(at);
      return false;
    }
    long next = lane.behind(at);
    if (next >= 0) {
      meters.foundInRing();
      state = new State.Live(at, lane, next);
      return true;
    }
    int partition = lane.missing(at);
    if (partition < 0) {
      // The ring has changed while it was looked at.
      pause(at, PAUSE_MILLIS);
    } else {
      replay(at, partition, lane.logs().get(partition).life());
    }
    return false;
  }

  private void replay(Cursor at, int partition, String life) {
    state = new State.Replaying(at, true);
    ring.replay(partition, at.position(partition))
        .onComplete(page -> hop(() -> replayed(at, life, page)));
  }

  private void replayed(Cursor from, String life, AsyncResult<ReplayPage> read) {
    if (isClosed()) {
      return;
    }
    if (read.failed()) {
      redisAway(from, read.cause());
      return;
    }
    outage.end();
    ReplayPage page = read.result();
    LogState log = page.log();
    if (!log.life().equals(life) || !log.continues(from.places().get(page.partition()))) {
      placeAgain(from);
      return;
    }
    goal = goal.within(page.partition(), log);
    Cursor at = write(page, from);
    if (isClosed()) {
      return;
    }
    if (at.equals(from)) {
      // The ring will soon be where the log is.
      pause(at, PAUSE_MILLIS);
    } else {
      state = new State.Replaying(at, false);
      advance();
    }
  }

  /** Writes as much of a page as the socket takes; the rest is read again when it takes more. */
  private Cursor write(ReplayPage page, Cursor from) {
    Chunk chunk = page.from(0, filter, from);
    connection.write(chunk);
    while (chunk.next() < page.slots().size() && !connection.isFull()) {
      chunk = page.from((int) chunk.next(), filter, chunk.at());
      connection.write(chunk);
    }
    return chunk.at();
  }

  private void redisAway(Cursor at, Throwable failure) {
    if (outage.outlasts(System.nanoTime())) {
      unavailable(failure);
    } else {
      pause(at, RETRY_MILLIS);
    }
  }

  private void pause(Cursor at, int mostMillis) {
    state = new State.Replaying(at, true);
    vertx.setTimer(
        1 + ThreadLocalRandom.current().nextInt(mostMillis),
        over ->
            hop(
                () -> {
                  if (!isClosed()) {
                    state = new State.Replaying(at, false);
                    advance();
                  }
                }));
  }

  @Override
  public void tick(long now) {
    if (isClosed()) {
      return;
    }
    long silence = isLive() ? ring.silence() : 0;
    DisconnectReason reason = connection.overdue(now, silence, true);
    if (reason != null) {
      close(reason);
    } else if (connection.isQuiet(now)) {
      connection.write(
          switch (state) {
            case State.Replaying replaying -> Frames.heartbeat(replaying.at());
            case State.Live live -> Frames.heartbeat(live.at());
            case State.Waiting waiting -> heartbeat(crowd.spot(this));
            default -> Frames.comment();
          });
    }
  }

  private boolean isLive() {
    return state instanceof State.Live || state instanceof State.Waiting;
  }

  private static Buffer heartbeat(@Nullable Spot spot) {
    return spot == null ? Frames.comment() : Frames.heartbeat(spot.at());
  }

  private void unavailable(Throwable failure) {
    if (failure instanceof ProblemException) {
      close(DisconnectReason.REDIS_UNAVAILABLE);
    } else {
      LOG.errorf(failure, "a feed failed: stream=%s", ring.stream().name());
      close(DisconnectReason.INTERNAL_ERROR);
    }
  }

  private boolean isClosed() {
    return state instanceof State.Closed;
  }

  @Override
  public void disconnect(DisconnectReason reason) {
    hop(() -> close(reason));
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
