package penstock.feed;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import penstock.redis.RedisLink;
import penstock.stream.Cursor;
import penstock.stream.Follower;
import penstock.stream.LogEntry;
import penstock.stream.LogState;
import penstock.stream.Position;
import penstock.stream.ResetReason;
import penstock.stream.Source;
import penstock.stream.Tail;
import penstock.view.Changes;
import penstock.view.Generation;
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
  private static final int MOST_ENTRIES = 1_000;

  /** Earlier rebuilds of a definition that a cursor is recognised as one of. */
  private static final int KNOWN_REBUILDS = 100;

  /** One that waits for an answer, and what it wants to be told of: null for all keys. */
  private record Waiter(@Nullable Set<String> keys, Consumer<ViewAnswer> answer) {}

  private final ViewDefinition view;
  private final Changes changes;
  private final Tail tail;
  private final Vertx vertx;
  private final Context context;
  private final RedisLink link;
  private final FeedConfig config;
  private final ConcurrentMap<Thread, ViewCrowd> crowds = new ConcurrentHashMap<>();
  private final Map<ViewAsk, List<Waiter>> asks = new LinkedHashMap<>();
  private final List<Source> followed = new ArrayList<>();
  private final long timer;
  private @Nullable ViewLane lane;
  private boolean woken;
  private boolean busy;
  private boolean closed;
  private int count = FIRST_COUNT;
  private volatile long lastTurn = System.nanoTime();

  ViewRing(
      ViewDefinition view,
      Changes changes,
      Tail tail,
      Vertx vertx,
      RedisLink link,
      FeedConfig config) {
    this.view = view;
    this.changes = changes;
    this.tail = tail;
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.link = link;
    this.config = config;
    this.timer = vertx.setPeriodic(LOOK_MILLIS, look -> context.runOnContext(go -> wake()));
  }

  ViewDefinition view() {
    return view;
  }

  /** Nanoseconds for which nothing is known of the view, since Redis does not answer. */
  long silence() {
    return System.nanoTime() - lastTurn;
  }

  /** Those readers who are served by the caller's event loop. */
  ViewCrowd crowd(Context loop) {
    return crowds.computeIfAbsent(
        Thread.currentThread(),
        thread -> new ViewCrowd(vertx, loop, config, () -> crowds.remove(thread)));
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
      step = open();
    } else if (woken) {
      woken = false;
      step = advance(present);
    } else if (!asks.isEmpty()) {
      ViewAsk ask = asks.keySet().iterator().next();
      List<Waiter> waiters = asks.remove(ask);
      step = serve(present, ask, waiters);
    } else {
      return;
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
    LOG.debugf("reading a view failed: view=%s reason=%s", view.name(), failure.getMessage());
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

  /** The generation is the one served before and behind the look at its changes. */
  private Future<Void> open() {
    return changes
        .served(view, link)
        .compose(
            generation ->
                standing(generation)
                    .compose(
                        states ->
                            changes
                                .served(view, link)
                                .map(
                                    again -> {
                                      boolean ready =
                                          again.equals(generation)
                                              && states.stream()
                                                  .noneMatch(state -> state.life().isEmpty());
                                      if (!ready) {
                                        throw new ViewUnsettled();
                                      }
                                      begin(generation, states);
                                      return null;
                                    })));
  }

  private Future<List<LogState>> standing(Generation generation) {
    return Future.all(
            generation.partitions().stream()
                .map(
                    partition ->
                        changes
                            .after(view, generation, partition.index(), Position.ZERO, 0, link)
                            .map(found -> found.state()))
                .toList())
        .map(all -> all.<LogState>list());
  }

  private void begin(Generation generation, List<LogState> states) {
    lane =
        new ViewLane(
            view.name(), generation, states, config.ringEvents(), config.ringSize().asLongValue());
    unfollow();
    for (int p = 0; p < states.size(); p++) {
      Source source = changes.source(view, generation, p);
      followed.add(source);
      follow(source);
    }
    crowds.values().forEach(ViewCrowd::wake);
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

  /** The view goes on in another generation, life or term: all readers are judged anew. */
  private void leave(ViewLane left) {
    LOG.infof("the view has moved: view=%s generation=%s", view.name(), left.generation());
    left.close();
    lane = null;
    crowds.values().forEach(ViewCrowd::wake);
  }

  /**
   * Looks, behind the reads that were sent before, whether they were of this lane.
   *
   * @return whether it still is what is served; if not, it is left
   */
  private Future<Boolean> confirm(ViewLane present) {
    Future<Generation> served = changes.served(view, link);
    Future<List<LogState>> states = standing(present.generation());
    return Future.all(served, states)
        .map(
            both -> {
              boolean same = served.result().equals(present.generation());
              for (int p = 0; same && p < present.states().size(); p++) {
                same = present.isOf(p, states.result().get(p));
              }
              if (!same) {
                leave(present);
              }
              return same;
            });
  }

  /** Reads what changed behind the lane's end, and what it is now. */
  private Future<Void> advance(ViewLane present) {
    List<Position> from = present.end().positions();
    return read(present, from, count)
        .compose(
            read -> {
              if (read.gone() || read.trimmed()) {
                leave(present);
                return Future.succeededFuture();
              }
              if (read.keys().isEmpty()) {
                return Future.succeededFuture();
              }
              woken = woken || read.more();
              return values(present, List.copyOf(read.keys()))
                  .compose(
                      values ->
                          confirm(present)
                              .map(
                                  same -> {
                                    if (same) {
                                      present.add(
                                          new ViewBatch(present.cursor(read.end()), values));
                                      adapt(values);
                                      crowds.values().forEach(ViewCrowd::wake);
                                    }
                                    return null;
                                  }));
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

  /**
   * Changes of all partitions.
   *
   * @param keys in the order in which they changed first
   * @param end behind the last of them
   * @param more there may be more
   * @param trimmed some of them are gone
   * @param gone the view is not what it was
   */
  private record Read(
      Set<String> keys, List<Position> end, boolean more, boolean trimmed, boolean gone) {}

  private Future<Read> read(ViewLane present, List<Position> from, int most) {
    Future<Generation> served = changes.served(view, link);
    var parts = new ArrayList<Future<Changes.Found>>();
    for (int p = 0; p < from.size(); p++) {
      parts.add(changes.after(view, present.generation(), p, from.get(p), most, link));
    }
    return served.compose(
        generation ->
            Future.all(parts)
                .map(
                    all ->
                        read(
                            present,
                            from,
                            most,
                            all.list(),
                            !generation.equals(present.generation()))));
  }

  private static Read read(
      ViewLane present,
      List<Position> from,
      int most,
      List<Changes.Found> parts,
      boolean replaced) {
    var keys = new LinkedHashSet<String>();
    var end = new ArrayList<Position>();
    boolean more = false;
    boolean trimmed = false;
    boolean gone = replaced;
    for (int p = 0; p < parts.size(); p++) {
      Changes.Found found = parts.get(p);
      gone = gone || !present.isOf(p, found.state());
      trimmed = trimmed || found.state().trimmed().isAfter(from.get(p));
      more = more || found.changes().size() >= most;
      found.changes().forEach(change -> keys.addAll(change.keys()));
      end.add(found.changes().isEmpty() ? from.get(p) : found.changes().getLast().position());
    }
    return new Read(keys, end, more, trimmed, gone);
  }

  /** All of them, in as many reads as it takes. */
  private Future<Map<String, Buffer>> values(ViewLane present, List<String> keys) {
    return changes
        .values(view, present.generation(), keys, link)
        .compose(
            first -> {
              Map<String, Buffer> found = first.json();
              if (found.size() == keys.size()) {
                return Future.succeededFuture(found);
              }
              return values(present, keys.subList(found.size(), keys.size()))
                  .map(
                      rest -> {
                        found.putAll(rest);
                        return found;
                      });
            });
  }

  private Future<Void> serve(ViewLane present, ViewAsk ask, List<Waiter> waiters) {
    Future<ViewAnswer> answer =
        switch (ask) {
          case ViewAsk.Now now -> Future.succeededFuture(joined(present));
          case ViewAsk.Since since -> since(present, since.cursor(), waiters);
          case ViewAsk.All all -> all(present, all);
          case ViewAsk.Some some -> some(present, some);
        };
    return answer
        .onSuccess(told -> tell(waiters, told))
        .<Void>mapEmpty()
        .recover(
            failure -> {
              if (failure instanceof ViewUnsettled) {
                asks.computeIfAbsent(ask, absent -> new ArrayList<>()).addAll(waiters);
                return Future.succeededFuture();
              }
              tell(waiters, new ViewAnswer.Failed(failure));
              return Future.failedFuture(failure);
            });
  }

  private static ViewAnswer.Joined joined(ViewLane present) {
    return new ViewAnswer.Joined(present.end(), present, present.head());
  }

  private Future<ViewAnswer> since(ViewLane present, Cursor cursor, List<Waiter> waiters) {
    Optional<ResetReason> obstacle = present.obstacle(cursor);
    if (obstacle.isPresent()) {
      return reason(present, cursor, obstacle.get()).map(ViewAnswer.Reset::new);
    }
    List<Position> end = present.end().positions();
    if (cursor.positions().equals(end)) {
      return Future.succeededFuture(joined(present));
    }
    return read(present, cursor.positions(), config.replayCount())
        .compose(
            read -> {
              if (read.gone()) {
                leave(present);
                return Future.failedFuture(new ViewUnsettled());
              }
              if (read.trimmed()) {
                return Future.succeededFuture(new ViewAnswer.Reset(ResetReason.TRIMMED));
              }
              return caught(present, cursor, read, waiters);
            });
  }

  /**
   * What changed since the cursor, now. With all up to the lane's end the reader joins it. If
   * another instance told it of changes that this one has not seen yet, the lane's end is behind
   * its cursor: then it joins at once, since all that is read from now on is as new as what it saw.
   */
  private Future<ViewAnswer> caught(
      ViewLane present, Cursor cursor, Read read, List<Waiter> waiters) {
    Set<String> wanted = read.keys();
    if (waiters.stream().noneMatch(waiter -> waiter.keys() == null)) {
      wanted = new LinkedHashSet<>();
      for (Waiter waiter : waiters) {
        if (waiter.keys() != null) {
          wanted.addAll(waiter.keys());
        }
      }
      wanted.retainAll(read.keys());
    }
    boolean joins = !read.more() || isCovered(present.end().positions(), read.end());
    List<String> keys = List.copyOf(wanted);
    Future<Map<String, Buffer>> values =
        keys.isEmpty() ? Future.succeededFuture(new LinkedHashMap<>()) : values(present, keys);
    return values.compose(
        found ->
            confirm(present)
                .map(
                    same -> {
                      if (!same) {
                        throw new ViewUnsettled();
                      }
                      var batch = new ViewBatch(present.cursor(read.end()), found);
                      return new ViewAnswer.Caught(batch, joins, present, present.head());
                    }));
  }

  private static boolean isCovered(List<Position> end, List<Position> reached) {
    for (int p = 0; p < end.size(); p++) {
      if (end.get(p).isAfter(reached.get(p))) {
        return false;
      }
    }
    return true;
  }

  /** Another existence of the view is one of another generation, if that can be told. */
  private Future<ResetReason> reason(ViewLane present, Cursor cursor, ResetReason obstacle) {
    if (obstacle != ResetReason.NEW_LIFE) {
      return Future.succeededFuture(obstacle);
    }
    return changes
        .known(view)
        .map(
            known -> {
              var candidates = new ArrayList<>(known);
              String id = present.generation().id();
              int dash = id.lastIndexOf('-');
              for (int rebuild = 0; dash > 0 && rebuild < KNOWN_REBUILDS; rebuild++) {
                candidates.add(
                    new Generation(
                        id.substring(0, dash + 1) + rebuild,
                        present.generation().stream(),
                        present.generation().partitionCount(),
                        present.generation().foldName()));
              }
              candidates.remove(present.generation());
              return candidates.stream()
                      .anyMatch(
                          other ->
                              ViewLane.scope(view.name(), other, present.states())
                                  .equals(cursor.scope()))
                  ? ResetReason.REBUILT
                  : ResetReason.NEW_LIFE;
            });
  }

  private Future<ViewAnswer> all(ViewLane present, ViewAsk.All ask) {
    if (ask.lane() != null && ask.lane() != present) {
      return moved(present, ask.lane());
    }
    Future<Changes.Page> page =
        changes.page(
            view,
            present.generation(),
            ask.after(),
            MOST_ENTRIES,
            config.replaySize().asLongValue(),
            link);
    return confirmed(present, page)
        .map(
            read ->
                new ViewAnswer.Page(
                    ViewFrames.snapshot(read.json(), read.complete()),
                    read.complete(),
                    present,
                    present.end(),
                    read.last(),
                    List.of()));
  }

  private Future<ViewAnswer> some(ViewLane present, ViewAsk.Some ask) {
    if (ask.lane() != null && ask.lane() != present) {
      return moved(present, ask.lane());
    }
    return confirmed(present, changes.values(view, present.generation(), ask.keys(), link))
        .map(
            values -> {
              int told = values.json().size();
              List<String> left = ask.keys().subList(told, ask.keys().size());
              values.json().keySet().removeAll(values.absent());
              return new ViewAnswer.Page(
                  ViewFrames.snapshot(ViewFrames.list(values.json().values()), left.isEmpty()),
                  left.isEmpty(),
                  present,
                  present.end(),
                  null,
                  left);
            });
  }

  private Future<ViewAnswer> moved(ViewLane present, ViewLane left) {
    return reason(present, left.end(), present.obstacle(left.end()).orElse(ResetReason.TRIMMED))
        .map(ViewAnswer.Reset::new);
  }

  private <T> Future<T> confirmed(ViewLane present, Future<T> read) {
    Future<Boolean> same = confirm(present);
    return Future.all(read, same)
        .map(
            both -> {
              if (!same.result()) {
                throw new ViewUnsettled();
              }
              return read.result();
            });
  }
}
