package penstock.feed.view;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import penstock.feed.FeedConfig;
import penstock.feed.loop.LoopDispatchers;
import penstock.feed.loop.SubscriberShard;
import penstock.feed.replay.PageSize;
import penstock.problem.IsolatedCall;
import penstock.stream.log.OrderedNews;
import penstock.stream.tail.Tail;
import penstock.view.ViewDefinition;
import penstock.view.read.ChangeNews;

/**
 * What this instance's readers of one view share: what changed last, encoded, and all reads of the
 * view's values. They are made one after the other, so that each sees at least what those before it
 * saw; a reader whose cursor is behind has what changed since read again, and goes on behind that
 * read. So no key goes back, whatever another instance showed it.
 *
 * <p>Reads are made on one event loop. What is told is taken on the thread that is told it, under
 * the channel's lock, so that no loop is woken that has nothing to write: so the lock guards the
 * buffer, and whether something is being read. It is held for no longer than a batch takes to be
 * encoded, and nothing is called with it but the history and what wakes readers.
 */
final class ViewChannel {

  private static final Logger LOG = Logger.getLogger(ViewChannel.class);

  /** How often it is looked which generation is served, if no change makes it look. */
  private static final int LOOK_MILLIS = 1_000;

  private static final int RETRY_MILLIS = 200;

  /** So many are answered together, between two reads of what changed. */
  private static final int MOST_ANSWERS = 16;

  private final ConfirmedReads reads;
  private final ViewReader answers;
  private final ChangesTail followed;
  private final Vertx vertx;
  private final Context context;
  private final LoopDispatchers dispatchers;
  private final FeedConfig config;
  private final PageSize keysAtOnce;
  private final ConcurrentMap<Thread, ViewShard> shards = new ConcurrentHashMap<>();
  private final PendingReads pending = new PendingReads();
  private final long timer;
  private final ToldChangeQueue told = new ToldChangeQueue();
  private @Nullable ChangeBuffer buffer;

  /**
   * So many changes of a partition are asked for, in the hope that they have about so many keys.
   */
  private int changesAtOnce;

  /** There may be changes that were not read yet. */
  private boolean changed;

  /** What changed was read last: those who ask come next, or they might never come. */
  private boolean answersFirst;

  /** Something is being read, or a pause is made before the next read. */
  private boolean busy;

  private boolean closed;
  private volatile long lastRead = System.nanoTime();

  ViewChannel(
      ConfirmedReads reads,
      Tail tail,
      Vertx vertx,
      LoopDispatchers dispatchers,
      FeedConfig config) {
    this.reads = reads;
    this.keysAtOnce = new PageSize(config.replaySize().asLongValue(), config.replayCount());
    this.answers = new ViewReader(reads, config, keysAtOnce);
    this.vertx = vertx;
    this.context = tail.changes();
    this.followed = new ChangesTail(tail, context, this::refresh);
    this.dispatchers = dispatchers;
    this.config = config;
    this.changesAtOnce = Math.min(ChangeSet.FIRST_ASKED, config.replayCount());
    this.timer = vertx.setPeriodic(LOOK_MILLIS, look -> refresh());
  }

  ViewDefinition view() {
    return reads.view();
  }

  /** Nanoseconds for which nothing is known of the view, since Redis does not answer. */
  long silence() {
    return System.nanoTime() - lastRead;
  }

  /** Those readers who are served by the caller's event loop. */
  ViewShard shard(Context loop) {
    return shards.computeIfAbsent(
        Thread.currentThread(),
        thread ->
            new ViewShard(dispatchers.of(loop), config.gather(), () -> shards.remove(thread)));
  }

  /**
   * Has something read. From any thread.
   *
   * @param keys whose changes the reader wants; null for all
   * @param answer is given it once, on the channel's event loop
   */
  void ask(ViewReadRequest ask, @Nullable Set<String> keys, Consumer<ViewReadResult> answer) {
    context.runOnContext(
        go -> {
          pending.add(ask, keys, answer);
          readNext();
        });
  }

  /** What changed up to now is read before the next answer. From any thread. */
  void refresh() {
    context.runOnContext(
        go -> {
          mustRead();
          readNext();
        });
  }

  private synchronized void mustRead() {
    changed = true;
  }

  void close() {
    vertx.cancelTimer(timer);
    context.runOnContext(
        go -> {
          followed.stop();
          end();
        });
  }

  private synchronized void end() {
    closed = true;
    ChangeBuffer last = buffer;
    if (last != null) {
      last.close();
    }
  }

  /** Begins what is to be read next, unless something is being read. */
  private void readNext() {
    Supplier<Future<Void>> next;
    synchronized (this) {
      next = busy || closed ? null : nextRead();
      busy |= next != null;
    }
    if (next == null) {
      return;
    }
    next.get()
        .onComplete(
            done ->
                context.runOnContext(
                    go -> {
                      if (done.succeeded()) {
                        lastRead = System.nanoTime();
                        rest();
                        readNext();
                      } else {
                        failed(done.cause());
                      }
                    }));
  }

  /** Nothing is being read: what is told meanwhile is taken. */
  private synchronized void rest() {
    busy = false;
  }

  /** What is to be read next; null if nothing is. With the lock. */
  private @Nullable Supplier<Future<Void>> nextRead() {
    ChangeBuffer present = buffer;
    if (present == null) {
      return pending.isEmpty() && shards.isEmpty()
          ? null
          : () -> IsolatedCall.begin(reads::open).map(this::begin);
    }
    take(present);
    if (changed && (!answersFirst || pending.isEmpty())) {
      changed = false;
      answersFirst = true;
      return () -> settled(present, IsolatedCall.begin(() -> readChanges(present)));
    }
    if (pending.isEmpty()) {
      return null;
    }
    answersFirst = false;
    return () -> answerSome(present);
  }

  /** Nothing was sent of what failed; it is read again, behind all that was read before. */
  private void failed(Throwable failure) {
    LOG.debugf("reading a view failed: view=%s reason=%s", view().name(), failure.getMessage());
    mustRead();
    if (!(failure instanceof StaleGenerationException)) {
      pending.answerAll(new ViewReadResult.Failed(failure));
    }
    vertx.setTimer(
        1 + ThreadLocalRandom.current().nextInt(RETRY_MILLIS),
        over ->
            context.runOnContext(
                go -> {
                  rest();
                  readNext();
                }));
  }

  /**
   * What is told is as good as read, if it is newer than all that was read. It is taken at once,
   * and so in the order in which it is told; readers are woken behind what the event loop that is
   * told it has to do for whoever brought the change about. Any thread.
   */
  private void told(ChangeBuffer of, int partition, OrderedNews news) {
    boolean mustRead;
    ChangeBatch taken;
    synchronized (this) {
      if (of != buffer) {
        return;
      }
      told.add(partition, (ChangeNews) news);
      if (busy || closed) {
        return;
      }
      taken = takeTold(of);
      mustRead = changed;
    }
    Context here = Vertx.currentContext();
    if (taken != null && here != null) {
      here.runOnContext(go -> wakeFor(taken));
    } else if (taken != null) {
      wakeFor(taken);
    }
    if (mustRead) {
      context.runOnContext(go -> readNext());
    }
  }

  /** Takes in what was told while nothing is being read. With the lock. */
  private void take(ChangeBuffer present) {
    ChangeBatch batch = takeTold(present);
    if (batch != null) {
      wakeFor(batch);
    }
  }

  /** The same; returns for what readers are yet to be woken, or null. With the lock. */
  private @Nullable ChangeBatch takeTold(ChangeBuffer present) {
    ChangeBatch batch = told.take(present);
    changed |= told.hasMissed();
    if (batch != null) {
      lastRead = System.nanoTime();
      present.add(batch);
    }
    return batch;
  }

  private synchronized void add(ChangeBuffer present, ChangeBatch batch) {
    present.add(batch);
    wakeFor(batch);
  }

  private synchronized void wakeFor(ChangeBatch batch) {
    shards
        .values()
        .forEach(shard -> shard.wakeFor(batch.keys(), batch.size(), config.historyEvents()));
  }

  private Void begin(ChangeBuffer begun) {
    synchronized (this) {
      if (closed) {
        return null;
      }
      buffer = begun;
      told.clear();
    }
    followed.follow(reads.sources(begun), (partition, news) -> told(begun, partition, news));
    wake();
    return null;
  }

  private void wake() {
    shards.values().forEach(SubscriberShard::wake);
  }

  /** A read that finds that its buffer is not served any more has done its work by leaving it. */
  private Future<Void> settled(ChangeBuffer present, Future<Void> read) {
    return read.recover(
        failure -> {
          if (failure instanceof StaleGenerationException) {
            leave(present);
            return Future.succeededFuture();
          }
          return Future.failedFuture(failure);
        });
  }

  /** The view goes on in another generation, life or term: all readers are judged anew. */
  private void leave(ChangeBuffer left) {
    if (left.isClosed()) {
      return;
    }
    LOG.infof("the view has moved: view=%s generation=%s", view().name(), left.generation());
    synchronized (this) {
      left.close();
      buffer = null;
    }
    wake();
  }

  /** Reads what changed behind the buffer's end, and what it is now. */
  private Future<Void> readChanges(ChangeBuffer present) {
    return reads
        .changed(present, present.end().positions(), changesAtOnce)
        .compose(
            found -> {
              if (found.trimmed()) {
                return Future.failedFuture(new StaleGenerationException());
              }
              ChangeSet untold = untold(present, found);
              List<String> keys = List.copyOf(untold.keys());
              if (keys.isEmpty()) {
                return Future.succeededFuture();
              }
              changesAtOnce = Math.min(untold.askNext(), config.replayCount());
              int most = keysAtOnce.entries();
              return reads
                  .values(present, keys)
                  .map(
                      values -> {
                        add(present, new ChangeBatch(present.cursor(untold.end()), values));
                        keysAtOnce.adapt(most, values.size(), ChangeBatch.bytes(values));
                        return null;
                      });
            });
  }

  /** Of what was found as much as is read at once; what was told meanwhile need not be read. */
  private synchronized ChangeSet untold(ChangeBuffer present, ChangeSet found) {
    take(present);
    ChangeSet untold = found.behind(present.end().positions()).first(keysAtOnce.entries(), null);
    changed |= untold.more() && !untold.keys().isEmpty();
    return untold;
  }

  /** None of them goes on in the history before all are answered. */
  private Future<Void> answerSome(ChangeBuffer present) {
    var answers = new ArrayList<Future<Void>>();
    for (PendingReads.Read oldest = pending.next();
        oldest != null;
        oldest = answers.size() < MOST_ANSWERS ? pending.next() : null) {
      answers.add(settled(present, answer(present, oldest)));
    }
    return Future.join(answers).mapEmpty();
  }

  /** Those whose buffer is left meanwhile are answered of the next one. */
  private Future<Void> answer(ChangeBuffer present, PendingReads.Read read) {
    return IsolatedCall.begin(() -> answers.answer(present, read.ask(), read.keys()))
        .onSuccess(read::answer)
        .onFailure(
            failure -> {
              if (failure instanceof StaleGenerationException) {
                pending.addAgain(read);
              } else {
                read.answer(new ViewReadResult.Failed(failure));
              }
            })
        .mapEmpty();
  }
}
