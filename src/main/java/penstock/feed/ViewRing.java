package penstock.feed;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import penstock.stream.Follower;
import penstock.stream.LogEntry;
import penstock.stream.LogState;
import penstock.stream.Source;
import penstock.stream.Tail;
import penstock.view.ViewDefinition;

/**
 * What this instance's readers of one view share: what changed last, encoded, and all reads of the
 * view's values. They are made one after the other, so that each sees at least what those before it
 * saw; a reader whose cursor is behind has what changed since read again, and goes on behind that
 * read. So no key goes back, whatever another instance showed it.
 *
 * <p>State belongs to one event loop.
 */
final class ViewRing implements Follower {

  private static final Logger LOG = Logger.getLogger(ViewRing.class);

  /** How often it is looked which generation is served, if no change makes it look. */
  private static final int LOOK_MILLIS = 1_000;

  private static final int RETRY_MILLIS = 200;
  private static final int FIRST_COUNT = 16;

  /** One that waits for an answer, and what it wants to be told of: null for all keys. */
  private record Waiter(@Nullable Set<String> keys, Consumer<ViewAnswer> answer) {}

  private final ViewReads reads;
  private final ViewAnswers answers;
  private final Tail tail;
  private final Vertx vertx;
  private final Context context;
  private final Pumps pumps;
  private final FeedConfig config;
  private final ConcurrentMap<Thread, ViewCrowd> crowds = new ConcurrentHashMap<>();
  private final SequencedMap<ViewAsk, List<Waiter>> asks = new LinkedHashMap<>();
  private final List<Source> followed = new ArrayList<>();
  private final long timer;
  private @Nullable ViewLane lane;
  private boolean woken;
  private boolean busy;
  private boolean closed;
  private int count = FIRST_COUNT;
  private volatile long lastTurn = System.nanoTime();

  ViewRing(ViewReads reads, Tail tail, Vertx vertx, Pumps pumps, FeedConfig config) {
    this.reads = reads;
    this.answers = new ViewAnswers(reads, config);
    this.tail = tail;
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.pumps = pumps;
    this.config = config;
    this.timer = vertx.setPeriodic(LOOK_MILLIS, look -> context.runOnContext(go -> wake()));
  }

  ViewDefinition view() {
    return reads.view();
  }

  /** Nanoseconds for which nothing is known of the view, since Redis does not answer. */
  long silence() {
    return System.nanoTime() - lastTurn;
  }

  /** Those readers who are served by the caller's event loop. */
  ViewCrowd crowd(Context loop) {
    return crowds.computeIfAbsent(
        Thread.currentThread(),
        thread -> new ViewCrowd(pumps.of(loop), config.gather(), () -> crowds.remove(thread)));
  }

  /**
   * Has something read. From any thread.
   *
   * @param keys that the reader wants to be told of; null for all
   * @param answer is given it once, on the ring's event loop
   */
  void ask(ViewAsk ask, @Nullable Set<String> keys, Consumer<ViewAnswer> answer) {
    context.runOnContext(
        go -> {
          asks.computeIfAbsent(ask, absent -> new ArrayList<>()).add(new Waiter(keys, answer));
          turn();
        });
  }

  /** What changed up to now is told before the next answer. From any thread. */
  void refresh() {
    context.runOnContext(go -> wake());
  }

  private void wake() {
    woken = true;
    turn();
  }

  void close() {
    vertx.cancelTimer(timer);
    context.runOnContext(
        go -> {
          closed = true;
          unfollow();
        });
  }

  @Override
  public boolean wantsEntries() {
    return false;
  }

  @Override
  public void appended(LogState log, List<LogEntry> entries) {
    refresh();
  }

  @Override
  public void moved(LogState log) {
    refresh();
  }

  /** Begins what is to be read next, unless something is being read. */
  private void turn() {
    if (busy || closed) {
      return;
    }
    ViewLane present = lane;
    Future<Void> step;
    if (present == null) {
      if (asks.isEmpty() && crowds.isEmpty()) {
        return;
      }
      step = reads.open().map(this::begin);
    } else if (woken) {
      woken = false;
      step = settled(present, advance(present));
    } else {
      Map.Entry<ViewAsk, List<Waiter>> oldest = asks.pollFirstEntry();
      if (oldest == null) {
        return;
      }
      step = settled(present, serve(present, oldest.getKey(), oldest.getValue()));
    }
    busy = true;
    step.onComplete(
        done ->
            context.runOnContext(
                go -> {
                  if (done.succeeded()) {
                    lastTurn = System.nanoTime();
                    busy = false;
                    turn();
                  } else {
                    failed(done.cause());
                  }
                }));
  }

  /** Nothing was told of what failed; it is read again, behind all that was read before. */
  private void failed(Throwable failure) {
    LOG.debugf("reading a view failed: view=%s reason=%s", view().name(), failure.getMessage());
    woken = true;
    if (!(failure instanceof ViewUnsettled)) {
      List<List<Waiter>> waiting = List.copyOf(asks.values());
      asks.clear();
      waiting.forEach(waiters -> tell(waiters, new ViewAnswer.Failed(failure)));
    }
    vertx.setTimer(
        1 + ThreadLocalRandom.current().nextInt(RETRY_MILLIS),
        over ->
            context.runOnContext(
                go -> {
                  busy = false;
                  turn();
                }));
  }

  private static void tell(List<Waiter> waiters, ViewAnswer answer) {
    waiters.forEach(waiter -> waiter.answer().accept(answer));
  }

  private Void begin(ViewLane begun) {
    lane = begun;
    unfollow();
    followed.addAll(reads.sources(begun));
    followed.forEach(this::follow);
    crowds.values().forEach(Crowd::wake);
    return null;
  }

  /** Without it, changes are seen when it is looked which generation is served. */
  private void follow(Source source) {
    tail.follow(source, this)
        .onSuccess(following -> refresh())
        .onFailure(
            failure ->
                vertx.setTimer(
                    LOOK_MILLIS,
                    again ->
                        context.runOnContext(
                            go -> {
                              if (!closed && followed.contains(source)) {
                                follow(source);
                              }
                            })));
  }

  private void unfollow() {
    followed.forEach(source -> tail.unfollow(source, this));
    followed.clear();
  }

  /** A step that finds that its lane is not served any more has done its work by leaving it. */
  private Future<Void> settled(ViewLane present, Future<Void> step) {
    return step.recover(
        failure -> {
          if (failure instanceof ViewUnsettled) {
            leave(present);
            return Future.succeededFuture();
          }
          return Future.failedFuture(failure);
        });
  }

  /** The view goes on in another generation, life or term: all readers are judged anew. */
  private void leave(ViewLane left) {
    LOG.infof("the view has moved: view=%s generation=%s", view().name(), left.generation());
    left.close();
    lane = null;
    crowds.values().forEach(Crowd::wake);
  }

  /** Reads what changed behind the lane's end, and what it is now. */
  private Future<Void> advance(ViewLane present) {
    return reads
        .changed(present, present.end().positions(), count)
        .compose(
            changed -> {
              if (changed.trimmed()) {
                return Future.failedFuture(new ViewUnsettled());
              }
              if (changed.keys().isEmpty()) {
                return Future.succeededFuture();
              }
              woken = woken || changed.more();
              return reads
                  .values(present, List.copyOf(changed.keys()))
                  .map(
                      values -> {
                        present.add(new ViewBatch(present.cursor(changed.end()), values));
                        adapt(values);
                        crowds.values().forEach(Crowd::wake);
                        return null;
                      });
            });
  }

  /** Reads as many changes at once as make up the wanted size, if they are like these. */
  private void adapt(Map<String, Buffer> values) {
    long bytes = 1;
    for (Buffer value : values.values()) {
      bytes += value.length();
    }
    long fitting = config.replaySize().asLongValue() * values.size() / bytes;
    count = (int) Math.clamp(fitting, 1, Math.min(2L * count, config.replayCount()));
  }

  /** Those whose lane is left meanwhile are answered of the next one. */
  private Future<Void> serve(ViewLane present, ViewAsk ask, List<Waiter> waiters) {
    var wanted = new ArrayList<@Nullable Set<String>>();
    waiters.forEach(waiter -> wanted.add(waiter.keys()));
    return answers
        .answer(present, ask, wanted)
        .onSuccess(answer -> tell(waiters, answer))
        .onFailure(
            failure -> {
              if (failure instanceof ViewUnsettled) {
                asks.computeIfAbsent(ask, absent -> new ArrayList<>()).addAll(waiters);
              } else {
                tell(waiters, new ViewAnswer.Failed(failure));
              }
            })
        .mapEmpty();
  }
}
