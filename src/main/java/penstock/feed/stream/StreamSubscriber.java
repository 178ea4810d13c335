package penstock.feed.stream;

import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import org.jspecify.annotations.Nullable;
import penstock.feed.ResumeRequest;
import penstock.feed.connection.Connection;
import penstock.feed.frame.FrameBatch;
import penstock.feed.frame.Frames;
import penstock.feed.loop.Admission;
import penstock.feed.loop.ChannelRegistry;
import penstock.feed.loop.ConnectedSubscriber;
import penstock.stream.Cursor;
import penstock.stream.StartPosition;
import penstock.stream.StreamName;
import penstock.stream.filter.AttributeMatcher;
import penstock.stream.filter.EventFilter;

/**
 * One reader of a stream. It catches up if it has to, then shares the ring's frames; from there it
 * may wait for an event of its subjects, or fall behind and catch up again.
 */
final class StreamSubscriber extends ConnectedSubscriber {

  /** What a reader is doing. */
  private sealed interface State {

    /** The ring is not open yet. */
    record Opening() implements State {}

    record CatchingUp(CatchUp way) implements State {}

    /**
     * Shares the ring's frames.
     *
     * @param at behind what was sent last
     * @param next the number of the slot behind it
     */
    record Live(Cursor at, HistoryBuffer lane, long next) implements State {

      static Live from(BufferPosition spot) {
        return new Live(spot.at(), spot.lane(), spot.next());
      }

      BufferPosition spot() {
        return new BufferPosition(lane, next, at);
      }
    }

    /** Has all, and waits with others for an event of its subjects. */
    record Waiting(SubjectWait until) implements State {}

    record Closed() implements State {}
  }

  private final EventFilter filter;
  private final StreamChannel ring;
  private final ChannelRegistry<StreamName, StreamChannel> rings;
  private final StreamShard crowd;
  private State state = new State.Opening();
  private CatchUpTarget goal = CatchUpTarget.NONE;
  private boolean caughtUp;

  /**
   * @param ring that it entered, and leaves at its end
   * @param rings that it entered it by
   */
  StreamSubscriber(
      Context context,
      Connection connection,
      Admission admission,
      EventFilter filter,
      StreamChannel ring,
      ChannelRegistry<StreamName, StreamChannel> rings) {
    super(context, connection, admission);
    this.filter = filter;
    this.ring = ring;
    this.rings = rings;
    this.crowd = ring.crowd(context);
  }

  /** Begins where the reader wants to, if it can. */
  void begin(ResumeRequest wish) {
    crowd.add(this);
    connect();
    ring.opened().onComplete(opened -> onLoop(() -> opened(opened, wish)));
  }

  private void opened(AsyncResult<Void> opened, ResumeRequest wish) {
    if (opened.failed()) {
      fail(opened.cause());
    } else if (wish.refused() == null
        && wish.start() instanceof StartPosition.At resumed
        && joinUnchecked(resumed.cursor())) {
      advance();
    } else {
      catchUp(null).begin(wish);
    }
  }

  private boolean joinUnchecked(Cursor at) {
    HistoryBuffer lane = ring.lane();
    long next = lane.behindUnchecked(at);
    if (next < 0) {
      return false;
    }
    goal = CatchUpTarget.of(lane.logs());
    join(new BufferPosition(lane, next, at));
    return true;
  }

  private void join(BufferPosition spot) {
    ring.joined();
    state = State.Live.from(spot);
  }

  private CatchUp catchUp(@Nullable Cursor from) {
    var way = new CatchUp(this, ring, filter, from, goal);
    state = new State.CatchingUp(way);
    return way;
  }

  /** Does all that can be done now: writes until the socket is full or there is nothing more. */
  @Override
  public void advance() {
    boolean more = true;
    while (more) {
      more =
          switch (state) {
            case State.Opening opening -> false;
            case State.CatchingUp catching -> advance(catching.way());
            case State.Live live -> advance(live);
            case State.Waiting waiting -> advance(waiting.until());
            case State.Closed closed -> false;
          };
    }
  }

  private boolean advance(CatchUp way) {
    BufferPosition spot = way.advance();
    if (spot == null) {
      return false;
    }
    goal = caughtUp ? CatchUpTarget.NONE : way.goal();
    join(spot);
    return true;
  }

  private boolean advance(State.Live live) {
    if (live.lane().isClosed()) {
      goal = goal.within(ring.lane().logs());
      catchUp(live.at());
      return true;
    }
    if (connection().isFull()) {
      return false;
    }
    if (live.next() == live.lane().head()) {
      writeCaughtUp(live.at());
      rest(live);
      return false;
    }
    FrameBatch chunk = crowd.next(live.lane(), live.next(), live.at(), filter);
    if (chunk == null) {
      catchUp(live.at());
      return true;
    }
    state = new State.Live(chunk.at(), live.lane(), chunk.next());
    connection().write(chunk);
    // What came meanwhile is not written by itself if it can be written with what comes then.
    return chunk.isEnough() || !crowd.isRequested();
  }

  private boolean advance(SubjectWait wait) {
    BufferPosition end = wait.end();
    if (end == null) {
      return false;
    }
    state = State.Live.from(end);
    return true;
  }

  /** Whoever wants certain subjects only need not look at all that comes. */
  private void rest(State.Live live) {
    AttributeMatcher subjects = filter.subjects();
    if (caughtUp && subjects.isExact()) {
      SubjectWait wait = crowd.await(this, subjects.exact(), live.spot());
      if (wait != null) {
        state = new State.Waiting(wait);
      }
    }
  }

  private void writeCaughtUp(Cursor at) {
    if (!caughtUp && goal.isReached(at)) {
      caughtUp = true;
      goal = CatchUpTarget.NONE;
      connection().write(Frames.caughtUp(at));
    }
  }

  @Override
  public @Nullable Cursor at() {
    return switch (state) {
      case State.CatchingUp catching -> catching.way().at();
      case State.Live live -> live.at();
      case State.Waiting waiting -> crowd.at(waiting.until());
      case State.Opening opening -> null;
      case State.Closed closed -> null;
    };
  }

  /** Without a cursor, nothing was sent that could be lost. */
  @Override
  public boolean isResumable() {
    return true;
  }

  @Override
  public long silence() {
    return state instanceof State.Live || state instanceof State.Waiting ? ring.silence() : 0;
  }

  @Override
  public String source() {
    return "stream=" + ring.stream().name();
  }

  @Override
  public boolean isClosed() {
    return state instanceof State.Closed;
  }

  @Override
  public void leave() {
    if (state instanceof State.Waiting waiting) {
      crowd.forget(waiting.until());
    }
    state = new State.Closed();
    crowd.remove(this);
    rings.leave(ring.stream().name(), ring);
  }
}
