package penstock.feed.stream;

import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import java.util.List;
import org.jspecify.annotations.Nullable;
import penstock.feed.ResumeRequest;
import penstock.feed.connection.Connection;
import penstock.feed.frame.BufferedEvent;
import penstock.feed.frame.FrameBatch;
import penstock.feed.frame.Frames;
import penstock.feed.loop.Admission;
import penstock.feed.loop.ChannelRegistry;
import penstock.feed.loop.ConnectedSubscriber;
import penstock.feed.loop.FeedSubscriber;
import penstock.feed.room.BufferPosition;
import penstock.feed.room.RoomWait;
import penstock.stream.Cursor;
import penstock.stream.LogState;
import penstock.stream.StartPosition;
import penstock.stream.StreamName;
import penstock.stream.filter.EventFilter;

/**
 * One reader of a stream. It catches up if it has to, then shares the channel's frames; from there
 * it waits for what it wants, or falls behind and catches up again.
 */
final class StreamSubscriber extends ConnectedSubscriber {

  /** What a reader is doing. */
  private sealed interface State {

    /** The channel is not open yet. */
    record Opening() implements State {}

    record CatchingUp(CatchUp way) implements State {}

    /**
     * Shares the channel's frames.
     *
     * @param at behind what was sent last
     * @param next the number of the event behind it
     */
    record Live(Cursor at, HistoryBuffer history, long next) implements State {

      static Live from(BufferPosition<HistoryBuffer> place) {
        return new Live(place.at(), place.history(), place.next());
      }

      BufferPosition<HistoryBuffer> place() {
        return new BufferPosition<>(history, next, at);
      }
    }

    /** Has all, and waits with others for an event that it wants. */
    record Waiting(RoomWait<FeedSubscriber, HistoryBuffer, BufferedEvent> until) implements State {}

    record Closed() implements State {}
  }

  private final EventFilter filter;
  private final StreamChannel channel;
  private final ChannelRegistry<StreamName, StreamChannel> channels;
  private final StreamShard shard;
  private State state = new State.Opening();
  private CatchUpTarget target = CatchUpTarget.NONE;

  /** It is being asked what the logs have. */
  private boolean observing;

  private boolean caughtUp;

  /**
   * @param channel that it entered, and leaves at its end
   * @param channels that it entered it by
   */
  StreamSubscriber(
      Context context,
      Connection connection,
      Admission admission,
      EventFilter filter,
      StreamChannel channel,
      ChannelRegistry<StreamName, StreamChannel> channels) {
    super(context, connection, admission);
    this.filter = filter;
    this.channel = channel;
    this.channels = channels;
    this.shard = channel.shard(context);
  }

  /** Begins where the reader wants to, if it can. */
  void begin(ResumeRequest resume) {
    shard.add(this);
    connect();
    channel.opened().onComplete(opened -> onLoop(() -> opened(opened, resume)));
  }

  private void opened(AsyncResult<Void> opened, ResumeRequest resume) {
    if (opened.failed()) {
      fail(opened.cause());
    } else if (resume.refused() == null
        && resume.start() instanceof StartPosition.At resumed
        && joinUnchecked(resumed.cursor())) {
      advance();
    } else {
      catchUp(null).begin(resume);
    }
  }

  private boolean joinUnchecked(Cursor at) {
    HistoryBuffer history = channel.history();
    long next = history.behindUnchecked(at);
    if (next < 0) {
      return false;
    }
    target = CatchUpTarget.of(history.logs());
    observing = true;
    channel.observe().onComplete(logs -> onLoop(() -> observed(logs)));
    join(new BufferPosition<>(history, next, at));
    return true;
  }

  /**
   * The history may lack what was appended last. While Redis does not say so, it is what there is.
   */
  private void observed(AsyncResult<List<LogState>> logs) {
    observing = false;
    if (logs.succeeded()) {
      CatchUpTarget present = CatchUpTarget.of(logs.result()).within(channel.history().logs());
      if (state instanceof State.CatchingUp catching) {
        catching.way().aim(present);
      } else {
        target = present;
      }
    }
    advance();
  }

  private void join(BufferPosition<HistoryBuffer> place) {
    channel.joined();
    state = State.Live.from(place);
  }

  private CatchUp catchUp(@Nullable Cursor from) {
    var way = new CatchUp(this, channel, filter, from, target);
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
    BufferPosition<HistoryBuffer> place = way.advance();
    if (place == null) {
      return false;
    }
    target = caughtUp ? CatchUpTarget.NONE : way.target();
    join(place);
    return true;
  }

  private boolean advance(State.Live live) {
    if (live.history().isClosed()) {
      target = target.within(channel.history().logs());
      catchUp(live.at());
      return true;
    }
    if (connection().isFull()) {
      return false;
    }
    if (live.next() == live.history().head()) {
      writeCaughtUp(live.at());
      rest(live);
      return false;
    }
    FrameBatch batch = shard.next(live.history(), live.next(), live.at(), filter);
    if (batch == null) {
      catchUp(live.at());
      return true;
    }
    state = new State.Live(batch.at(), live.history(), batch.next());
    connection().write(batch);
    // What came meanwhile is not written by itself if it can be written with what comes then.
    return batch.isEnough() || !shard.isRequested();
  }

  private boolean advance(RoomWait<FeedSubscriber, HistoryBuffer, BufferedEvent> wait) {
    BufferPosition<HistoryBuffer> end = shard.advance(wait, connection());
    if (end == null) {
      return false;
    }
    state = State.Live.from(end);
    return true;
  }

  /** Whoever has all need not look by itself at what comes. */
  private void rest(State.Live live) {
    if (caughtUp) {
      RoomWait<FeedSubscriber, HistoryBuffer, BufferedEvent> wait =
          shard.await(this, new EventInterest(filter), live.place());
      if (wait != null) {
        state = new State.Waiting(wait);
      }
    }
  }

  private void writeCaughtUp(Cursor at) {
    if (!caughtUp && !observing && target.isReached(at)) {
      caughtUp = true;
      target = CatchUpTarget.NONE;
      connection().write(Frames.caughtUp(at));
    }
  }

  @Override
  public @Nullable Cursor at() {
    return switch (state) {
      case State.CatchingUp catching -> catching.way().at();
      case State.Live live -> live.at();
      case State.Waiting waiting -> shard.place(waiting.until()).at();
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
    return state instanceof State.Live || state instanceof State.Waiting ? channel.silence() : 0;
  }

  @Override
  public String source() {
    return "stream=" + channel.stream().name();
  }

  @Override
  public boolean isClosed() {
    return state instanceof State.Closed;
  }

  @Override
  public void leave() {
    if (state instanceof State.Waiting waiting) {
      shard.forget(waiting.until());
    }
    state = new State.Closed();
    shard.remove(this);
    channels.leave(channel.stream().name(), channel);
  }
}
