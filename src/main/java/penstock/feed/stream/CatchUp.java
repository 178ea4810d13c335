package penstock.feed.stream;

import io.vertx.core.AsyncResult;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import penstock.feed.ResumeRequest;
import penstock.feed.connection.OutageTimer;
import penstock.feed.frame.Frames;
import penstock.feed.loop.ConnectedSubscriber;
import penstock.feed.replay.ReplayPage;
import penstock.feed.room.BufferPosition;
import penstock.stream.Cursor;
import penstock.stream.LogState;
import penstock.stream.ResetReason;
import penstock.stream.StartPosition;
import penstock.stream.filter.EventFilter;

/**
 * A reader's way into the history: it reads older events from Redis, page by page and partition by
 * partition, and writes them, until the history has all that is behind its cursor. It goes on when
 * the socket takes more, and belongs to the reader's event loop.
 */
final class CatchUp {

  /** The history is about to have what is missing. */
  private static final int RING_PAUSE_MILLIS = 20;

  private static final int RETRY_MILLIS = 500;

  private final ConnectedSubscriber reader;
  private final StreamChannel channel;
  private final EventFilter filter;
  private final OutageTimer outage;

  /** Behind what was sent last; null until it is known where to begin. */
  private @Nullable Cursor at;

  /** Something is awaited: an answer of Redis, or the end of a pause. */
  private boolean busy;

  private CatchUpTarget target;

  /**
   * @param at where the reader stands; null if it has yet to begin
   * @param target with which it has caught up
   */
  CatchUp(
      ConnectedSubscriber reader,
      StreamChannel channel,
      EventFilter filter,
      @Nullable Cursor at,
      CatchUpTarget target) {
    this.reader = reader;
    this.channel = channel;
    this.filter = filter;
    this.outage = reader.connection().newOutage();
    this.at = at;
    this.target = target;
  }

  /** Where the reader stands; null until it is known where to begin. */
  @Nullable Cursor at() {
    return at;
  }

  /** What is to be reached, as far as it can still come. */
  CatchUpTarget target() {
    return target;
  }

  /** Has something else to be reached. */
  void aim(CatchUpTarget other) {
    target = other;
  }

  /** Begins where the reader wants to, if it can. If the logs cannot be looked at, it ends. */
  void begin(ResumeRequest resume) {
    observe(reader::fail, logs -> place(logs, resume));
  }

  /**
   * Does what can be done now, and lets the reader advance when there is more to do.
   *
   * @return where the history has all that is left; null if the reader is not there yet
   */
  @Nullable BufferPosition<HistoryBuffer> advance() {
    Cursor from = at;
    if (busy || from == null || reader.connection().isFull()) {
      return null;
    }
    HistoryBuffer history = channel.history();
    if (!history.isOf(from)) {
      placeAgain(from);
      return null;
    }
    long next = history.behind(from);
    if (next >= 0) {
      return new BufferPosition<>(history, next, from);
    }
    int partition = history.missing(from);
    if (partition < 0) {
      // The history has changed while it was looked at.
      pause(from, RING_PAUSE_MILLIS);
    } else {
      replay(from, partition, history.logs().get(partition).life());
    }
    return null;
  }

  private void observe(Consumer<Throwable> failed, Consumer<List<LogState>> observed) {
    busy = true;
    channel
        .observe()
        .onComplete(
            logs ->
                reader.onLoop(
                    () -> {
                      if (logs.failed()) {
                        failed.accept(logs.cause());
                      } else {
                        outage.end();
                        observed.accept(logs.result());
                      }
                    }));
  }

  /** Lets the reader begin where it wants to, if the logs that it knows are these. */
  private void place(List<LogState> logs, ResumeRequest resume) {
    target = CatchUpTarget.of(logs);
    StartingPoint point = StartingPoint.of(channel.stream().name(), logs, resume);
    ResetReason reset = point.reset();
    if (reset != null) {
      reader.connection().writeReset(Frames.reset(point.at(), reset), reset);
    }
    if (channel.history().isOf(point.at())) {
      goOn(point.at());
    } else {
      // The history has yet to notice that a log began anew.
      pause(point.at(), RETRY_MILLIS);
    }
  }

  /** Something is not as it was where the reader stands: looks at all logs. */
  private void placeAgain(Cursor from) {
    observe(
        away -> redisAway(from, away),
        logs -> place(logs, new ResumeRequest(new StartPosition.At(from), null)));
  }

  private void goOn(Cursor from) {
    at = from;
    busy = false;
    reader.advance();
  }

  private void pause(Cursor from, int mostMillis) {
    at = from;
    busy = true;
    reader.later(mostMillis, () -> goOn(from));
  }

  private void redisAway(Cursor from, Throwable failure) {
    if (outage.outlasts(System.nanoTime())) {
      reader.fail(failure);
    } else {
      pause(from, RETRY_MILLIS);
    }
  }

  private void replay(Cursor from, int partition, String life) {
    busy = true;
    channel
        .replay(partition, from.position(partition))
        .onComplete(page -> reader.onLoop(() -> replayed(from, life, page)));
  }

  private void replayed(Cursor from, String life, AsyncResult<ReplayPage> read) {
    if (read.failed()) {
      redisAway(from, read.cause());
      return;
    }
    outage.end();
    ReplayPage page = read.result();
    LogState log = page.log();
    if (!log.life().equals(life) || !log.continues(from.places().get(page.partition()))) {
      // If the logs have that place all the same, what was read does not have it yet: a replica.
      reader.later(RING_PAUSE_MILLIS, () -> placeAgain(from));
      return;
    }
    target = target.within(page.partition(), log);
    Cursor reached = page.write(reader.connection(), filter, from);
    if (reader.isClosed()) {
      return;
    }
    if (reached.equals(from)) {
      // The history will soon be where the log is.
      pause(from, RING_PAUSE_MILLIS);
    } else {
      goOn(reached);
    }
  }
}
