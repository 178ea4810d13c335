package penstock.stream.tail;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.jboss.logging.Logger;
import penstock.problem.IsolatedCall;
import penstock.redis.RedisReplyException;
import penstock.stream.LogState;
import penstock.stream.log.LogNews;
import penstock.stream.log.LogPage;

/**
 * The followed logs that are read together: all of them, or in a cluster those of one slot, so that
 * those of a node that does not answer keep no others waiting. Read in turns. Belongs to its {@link
 * TailLoop}'s event loop.
 */
final class TailLane {

  private static final Logger LOG = Logger.getLogger(TailLane.class);

  /** Reading and observing so many takes Redis about a millisecond. */
  private static final int LOGS_IN_TURN = 128;

  /** So many quiet ones are looked at in a turn, so that news hardly wait for them. */
  private static final int QUIET_IN_TURN = 32;

  private static final int RETRY_MILLIS = 20;

  private final Vertx vertx;
  private final Context context;
  private final LogStateReader stateReader;
  private final TailReader reader;
  private final TailLoop.Mode kind;

  private final Set<TailedLog> tailed = new LinkedHashSet<>();

  /** Those that may have something that was not delivered yet. */
  private final Set<TailedLog> news = new LinkedHashSet<>();

  /** Those that were not looked at for a while. */
  private final Set<TailedLog> quiet = new LinkedHashSet<>();

  private volatile boolean underWay;
  private boolean failing;
  private volatile long reads;

  /** When the present turn began, or the first of those that failed since one succeeded. */
  private volatile long began = System.nanoTime();

  TailLane(
      Vertx vertx,
      Context context,
      LogStateReader stateReader,
      TailReader reader,
      TailLoop.Mode kind) {
    this.vertx = vertx;
    this.context = context;
    this.stateReader = stateReader;
    this.reader = reader;
    this.kind = kind;
  }

  long reads() {
    return reads;
  }

  /** Nanoseconds since the present turn began; 0 if none is under way. Any thread. */
  long silence() {
    return underWay ? System.nanoTime() - began : 0;
  }

  /** Follows it too, and looks at it: what was heard before it was there was not heeded. */
  void add(TailedLog one) {
    tailed.add(one);
    heard(one);
  }

  void remove(TailedLog one) {
    tailed.remove(one);
    news.remove(one);
    quiet.remove(one);
  }

  void close() {
    tailed.clear();
    news.clear();
    quiet.clear();
  }

  /** It may have something new. */
  void heard(TailedLog one) {
    news.add(one);
    go();
  }

  /** It has this; it is looked at if that is not what comes next. */
  void told(TailedLog one, LogNews what) {
    if (!one.told(what)) {
      heard(one);
    }
  }

  /** Looks at those that were not looked at for so long. */
  void look(long now, long interval) {
    for (TailedLog one : tailed) {
      if (one.isDue(now, interval)) {
        quiet.add(one);
      }
    }
    go();
  }

  /** Begins a turn if none is under way: with all that is heard until then. */
  private void go() {
    if (!underWay) {
      began = System.nanoTime();
      underWay = true;
      context.runOnContext(go -> turn());
    }
  }

  private void turn() {
    var logs = new ArrayList<TailedLog>();
    take(news, LOGS_IN_TURN, logs);
    take(quiet, Math.min(LOGS_IN_TURN, logs.size() + QUIET_IN_TURN), logs);
    if (logs.isEmpty()) {
      underWay = false;
      failing = false;
      return;
    }
    if (!failing) {
      began = System.nanoTime();
    }
    reads++;
    logs.forEach(TailedLog::beginTurn);
    int asked = reader.count();
    Future<Map<String, Response>> found = IsolatedCall.begin(() -> read(logs));
    Future<Map<TailedLog, LogState>> states = IsolatedCall.begin(() -> stateReader.observe(logs));
    Future.all(found, states)
        .onSuccess(
            done -> {
              failing = false;
              states
                  .result()
                  .forEach((one, state) -> deliverSound(one, state, found.result(), asked));
              logs.forEach(this::endTurn);
              turn();
            })
        .onFailure(
            failure -> {
              logs.forEach(this::endTurn);
              later(failure);
            });
  }

  private void endTurn(TailedLog one) {
    if (!one.endTurn() && tailed.contains(one)) {
      news.add(one);
    }
  }

  private static void take(Set<TailedLog> from, int most, List<TailedLog> into) {
    Iterator<TailedLog> each = from.iterator();
    while (into.size() < most && each.hasNext()) {
      into.add(each.next());
      each.remove();
    }
  }

  /** What the logs brought, by name; those with nothing new are absent. */
  private Future<Map<String, Response>> read(List<TailedLog> logs) {
    if (kind != TailLoop.Mode.ENTRIES) {
      return Future.succeededFuture(Map.of());
    }
    List<TailedLog> sound = logs.stream().filter(one -> !one.isBroken()).toList();
    return reader.read(sound).recover(failure -> refused(failure, sound));
  }

  /**
   * One log that cannot be read fails the read of all. The observation behind it sets that one
   * aside, and the others are read again.
   */
  private Future<Map<String, Response>> refused(Throwable failure, List<TailedLog> logs) {
    if (failure instanceof RedisReplyException) {
      LOG.debugf("the tail's read was refused: %s", failure.getMessage());
      vertx.setTimer(
          RETRY_MILLIS,
          timer ->
              context.runOnContext(
                  go -> {
                    logs.stream().filter(tailed::contains).forEach(news::add);
                    go();
                  }));
      return Future.succeededFuture(Map.of());
    }
    return Future.failedFuture(failure);
  }

  /** One of which nothing can be delivered is looked at again later; the others are served now. */
  private void deliverSound(TailedLog one, LogState state, Map<String, Response> found, int asked) {
    try {
      // It may have been left meanwhile, and followed anew from another position.
      if (tailed.contains(one)) {
        deliver(one, state, found, asked);
        lookAgain(one);
      }
    } catch (RuntimeException | Error defect) {
      one.failed(defect);
    }
  }

  private void lookAgain(TailedLog one) {
    long pause = one.pauseBeforeNews();
    if (pause > 0) {
      vertx.setTimer(
          pause,
          timer ->
              context.runOnContext(
                  go -> {
                    if (tailed.contains(one)) {
                      heard(one);
                    }
                  }));
    }
  }

  /** Gives the listeners what was read, if the log is still the one that was asked. */
  private void deliver(TailedLog one, LogState state, Map<String, Response> found, int asked) {
    if (!one.check(state)) {
      if (one.isBehind()) {
        news.add(one);
      }
    } else if (kind != TailLoop.Mode.ENTRIES) {
      one.wake();
    } else if (found.get(one.key()) instanceof Response entries) {
      LogPage page = LogPage.of(entries);
      reader.adapt(page);
      one.deliver(page);
      if (page.read() >= asked) {
        news.add(one);
      }
    }
  }

  private void later(Throwable failure) {
    LOG.debugf("the tail cannot read, it tries again: %s", failure.getMessage());
    failing = true;
    news.addAll(tailed);
    vertx.setTimer(
        1 + ThreadLocalRandom.current().nextInt(RETRY_MILLIS),
        timer -> context.runOnContext(go -> turn()));
  }
}
