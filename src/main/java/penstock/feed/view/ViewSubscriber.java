package penstock.feed.view;

import io.vertx.core.Context;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import penstock.feed.ResumeRequest;
import penstock.feed.connection.Connection;
import penstock.feed.connection.OutageTimer;
import penstock.feed.frame.FrameBatch;
import penstock.feed.frame.Frames;
import penstock.feed.frame.ViewFrames;
import penstock.feed.loop.Admission;
import penstock.feed.loop.ChannelRegistry;
import penstock.feed.loop.ConnectedSubscriber;
import penstock.feed.loop.FeedSubscriber;
import penstock.feed.room.BufferPosition;
import penstock.feed.room.RoomWait;
import penstock.stream.Cursor;
import penstock.stream.ResetReason;
import penstock.stream.StartPosition;
import penstock.view.ViewName;

/**
 * One reader of a view: it asks for a snapshot, or for what changed since its cursor, and then
 * shares the channel's frames.
 */
final class ViewSubscriber extends ConnectedSubscriber {

  private static final int RETRY_MILLIS = 500;

  /** What a reader is doing. */
  private sealed interface State {

    /**
     * Needs something read, as soon as its socket can take it.
     *
     * @param busy it is being read, or a pause is made before
     */
    record Asking(ViewReadRequest ask, boolean busy) implements State {}

    /**
     * Shares the channel's batches.
     *
     * @param next the number of the one that comes next
     */
    record Live(Cursor at, ChangeBuffer buffer, long next) implements State {}

    /** Has all, and waits with others for changes that it wants. */
    record Waiting(RoomWait<FeedSubscriber, ChangeBuffer, ChangeBatch> until) implements State {}

    record Closed() implements State {}
  }

  private final ViewChannel channel;
  private final ChannelRegistry<ViewName, ViewChannel> channels;
  private final ViewShard shard;
  private final OutageTimer outage;

  /** The keys it wants; null for all. */
  private final @Nullable Set<String> keys;

  private State state = new State.Asking(new ViewReadRequest.FromNow(), true);

  /** Where its snapshot was begun; null outside of one. */
  private @Nullable Cursor begun;

  /** Where it could go on from; null until it has a snapshot. */
  private @Nullable Cursor at;

  private boolean caughtUp;
  private boolean served;

  /**
   * @param keys those it wants; none for all
   * @param channel that it entered, and leaves at its end
   * @param channels that it entered it by
   */
  ViewSubscriber(
      Context context,
      Connection connection,
      Admission admission,
      Set<String> keys,
      ViewChannel channel,
      ChannelRegistry<ViewName, ViewChannel> channels) {
    super(context, connection, admission);
    this.keys = keys.isEmpty() ? null : new TreeSet<>(keys);
    this.channel = channel;
    this.channels = channels;
    this.shard = channel.shard(context);
    this.outage = connection.newOutage();
  }

  /** Begins where the reader wants to, if it can. */
  void begin(ResumeRequest resume) {
    shard.add(this);
    connect();
    channel.refresh();
    if (resume.refused() != null) {
      reset(resume.refused());
    } else {
      state =
          switch (resume.start()) {
            case StartPosition.Earliest earliest -> new State.Asking(snapshot(), false);
            case StartPosition.Since since -> new State.Asking(snapshot(), false);
            case StartPosition.Latest latest ->
                new State.Asking(new ViewReadRequest.FromNow(), false);
            case StartPosition.At resumed -> {
              at = resumed.cursor();
              yield new State.Asking(new ViewReadRequest.Since(resumed.cursor()), false);
            }
          };
    }
    advance();
  }

  private ViewReadRequest snapshot() {
    begun = null;
    return ViewReadRequest.snapshot(keys);
  }

  private void reset(ResetReason reason) {
    at = null;
    caughtUp = false;
    connection().writeReset(ViewFrames.reset(reason), reason);
    state = new State.Asking(snapshot(), false);
  }

  /** Does all that can be done now: writes until the socket is full or there is nothing more. */
  @Override
  public void advance() {
    boolean more = true;
    while (more) {
      more =
          switch (state) {
            case State.Asking asking -> !connection().isFull() && ask(asking);
            case State.Live live -> !connection().isFull() && advance(live);
            case State.Waiting waiting -> advance(waiting.until());
            case State.Closed closed -> false;
          };
    }
  }

  private boolean ask(State.Asking asking) {
    if (!asking.busy()) {
      state = new State.Asking(asking.ask(), true);
      channel.ask(asking.ask(), keys, answer -> onLoop(() -> answered(asking.ask(), answer)));
    }
    return false;
  }

  private boolean advance(State.Live live) {
    if (live.buffer().isClosed()) {
      state = new State.Asking(new ViewReadRequest.Since(live.at()), false);
      return true;
    }
    if (live.next() == live.buffer().head()) {
      if (!caughtUp) {
        caughtUp = true;
        connection().write(Frames.caughtUp(live.at()));
      }
      rest(live);
      return false;
    }
    FrameBatch batch = shard.next(live.buffer(), live.next(), keys);
    if (batch == null) {
      state = new State.Asking(new ViewReadRequest.Since(live.at()), false);
      return true;
    }
    state = new State.Live(batch.at(), live.buffer(), batch.next());
    write(batch);
    return true;
  }

  private void rest(State.Live live) {
    RoomWait<FeedSubscriber, ChangeBuffer, ChangeBatch> wait =
        shard.await(
            this,
            new KeyInterest(keys),
            new BufferPosition<>(live.buffer(), live.next(), live.at()));
    if (wait != null) {
      state = new State.Waiting(wait);
    }
  }

  private boolean advance(RoomWait<FeedSubscriber, ChangeBuffer, ChangeBatch> wait) {
    BufferPosition<ChangeBuffer> end = shard.advance(wait, connection());
    if (end == null) {
      return false;
    }
    at = end.at();
    state = new State.Live(end.at(), end.history(), end.next());
    return true;
  }

  private void answered(ViewReadRequest ask, ViewReadResult answer) {
    if (!(answer instanceof ViewReadResult.Failed)) {
      served = true;
      outage.end();
    }
    switch (answer) {
      case ViewReadResult.Joined joined -> {
        at = joined.at();
        state = new State.Live(joined.at(), joined.buffer(), joined.next());
      }
      case ViewReadResult.Changed caught -> {
        write(caught.batch().frames(keys, caught.next()));
        state =
            caught.joins()
                ? new State.Live(caught.batch().at(), caught.buffer(), caught.next())
                : new State.Asking(caught.onward(), false);
      }
      case ViewReadResult.SnapshotPage page -> take(page);
      case ViewReadResult.Reset reset -> reset(reset.reason());
      case ViewReadResult.Failed failed -> failed(ask, failed.failure());
    }
    advance();
  }

  private void take(ViewReadResult.SnapshotPage page) {
    Cursor from = begun == null ? page.begun() : begun;
    begun = from;
    if (page.complete()) {
      connection().write(ViewFrames.id(from));
      at = from;
    }
    connection().write(page.frame());
    state =
        new State.Asking(
            page.complete() ? new ViewReadRequest.Since(from) : page.next(keys), false);
  }

  private void failed(ViewReadRequest ask, Throwable failure) {
    if (!served || outage.outlasts(System.nanoTime())) {
      fail(failure);
      return;
    }
    state = new State.Asking(ask, true);
    later(
        RETRY_MILLIS,
        () -> {
          state = new State.Asking(ask, false);
          advance();
        });
  }

  private void write(FrameBatch batch) {
    connection().write(batch);
    at = batch.at();
  }

  @Override
  public @Nullable Cursor at() {
    return state instanceof State.Waiting waiting ? shard.place(waiting.until()).at() : at;
  }

  /** Without a cursor, it would have to be sent the whole snapshot again. */
  @Override
  public boolean isResumable() {
    return at != null;
  }

  @Override
  public long silence() {
    return state instanceof State.Live || state instanceof State.Waiting ? channel.silence() : 0;
  }

  @Override
  public String source() {
    return "view=" + channel.view().name();
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
    channels.leave(channel.view().name(), channel);
  }
}
