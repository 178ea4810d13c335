package penstock.stream.tail;

import io.micrometer.core.instrument.Tags;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.jboss.logging.Logger;
import penstock.problem.IsolatedCall;
import penstock.redis.PubSubListener;
import penstock.redis.RedisLink;
import penstock.redis.RedisLinks;
import penstock.redis.RedisReplyException;
import penstock.stream.LogState;
import penstock.stream.log.EventLog;
import penstock.stream.log.LogPage;

/**
 * Reads the followed logs in turns, over one link: those on whose channels it heard that something
 * was appended, and those not looked at for a while. Behind the XREAD, over the same connection,
 * goes an observation of the same logs; what was read is delivered if they are still the ones that
 * were asked. What comes while a turn is under way is of the next.
 *
 * <p>A notice that is lost makes an event late, until the log is looked at anyway; it cannot make
 * it missed, since each read goes on from where the one before it ended.
 *
 * <p>State belongs to one event loop, on which the listeners are called too.
 */
final class TailLoop {

  private static final Logger LOG = Logger.getLogger(TailLoop.class);

  /** Reading and observing so many takes Redis about a millisecond. */
  private static final int LOGS_IN_TURN = 128;

  /** So many quiet ones are looked at in a turn, so that news hardly wait for them. */
  private static final int QUIET_IN_TURN = 32;

  /** How finely the looks at quiet logs are spread over their interval. */
  private static final int LOOKS_PER_INTERVAL = 8;

  private static final int RETRY_MILLIS = 20;

  /** What the listeners of a loop want. */
  enum Mode {
    ENTRIES,
    WAKES
  }

  private final Vertx vertx;
  private final Context context;
  private final RedisLink link;
  private final PubSubListener pubSub;
  private final LogStateReader stateReader;
  private final TailReader reader;
  private final Mode kind;
  private final long intervalNanos;
  private final long looks;

  /** By the name of the log in Redis, which is also that of its channel. */
  private final Map<String, TailedLog> tailed = new LinkedHashMap<>();

  /** Those that may have something that was not delivered yet. */
  private final Set<TailedLog> news = new LinkedHashSet<>();

  /** Those that were not looked at for a while. */
  private final Set<TailedLog> quiet = new LinkedHashSet<>();

  private volatile boolean underWay;
  private boolean failing;
  private boolean closed;
  private volatile int size;
  private volatile long reads;

  /** When the present turn began, or the first of those that failed since one succeeded. */
  private volatile long began = System.nanoTime();

  TailLoop(String name, Vertx vertx, RedisLinks links, EventLog log, TailConfig config, Mode kind) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.link = links.open(name, context);
    this.pubSub = links.openPubSub(name + "-news", context, this::heard);
    this.stateReader = new LogStateReader(log, link);
    this.reader = new TailReader(link, config);
    this.kind = kind;
    this.intervalNanos = config.checkInterval().toNanos();
    this.looks =
        vertx.setPeriodic(
            Math.max(1, config.checkInterval().toMillis() / LOOKS_PER_INTERVAL),
            look -> context.runOnContext(go -> look()));
  }

  Tags tags() {
    return Tags.of("kind", kind.name().toLowerCase(Locale.ROOT));
  }

  int tailed() {
    return size;
  }

  long reads() {
    return reads;
  }

  long silence() {
    return underWay ? System.nanoTime() - began : 0;
  }

  Future<LogState> follow(TailSource source, TailListener listener) {
    Promise<LogState> begun = Promise.promise();
    context.runOnContext(
        go -> {
          TailedLog present = tailed.get(source.key());
          if (present != null) {
            IsolatedCall.settle(begun, Future.succeededFuture(present.join(listener)));
          } else {
            IsolatedCall.begin(() -> begin(source))
                .map(one -> one.join(listener))
                .onComplete(done -> IsolatedCall.settle(begun, done));
          }
        });
    return begun.future();
  }

  /** Listens before it looks, so that nothing is appended unheard in between. */
  private Future<TailedLog> begin(TailSource source) {
    String key = source.key();
    return pubSub
        .listen(key)
        .compose(
            listening ->
                stateReader
                    .observe(source)
                    .onFailure(failure -> pubSub.leave(key))
                    .map(state -> begin(source, state)));
  }

  private TailedLog begin(TailSource source, LogState state) {
    TailedLog present = tailed.get(source.key());
    if (present != null) {
      // Another began to follow it meanwhile.
      pubSub.leave(source.key());
      return present;
    }
    var begun = new TailedLog(source, state);
    tailed.put(source.key(), begun);
    size = tailed.size();
    // What was heard before it was there was not heeded.
    news.add(begun);
    go();
    return begun;
  }

  void unfollow(TailSource source, TailListener listener) {
    context.runOnContext(
        go -> {
          String key = source.key();
          TailedLog present = tailed.get(key);
          if (present != null) {
            present.leave(listener);
            if (present.isDeserted()) {
              tailed.remove(key);
              size = tailed.size();
              news.remove(present);
              quiet.remove(present);
              pubSub.leave(key);
            }
          }
        });
  }

  void close() {
    vertx.cancelTimer(looks);
    context.runOnContext(
        go -> {
          closed = true;
          tailed.clear();
        });
  }

  private void heard(String key) {
    TailedLog one = tailed.get(key);
    if (one != null) {
      news.add(one);
      go();
    }
  }

  private void look() {
    long now = System.nanoTime();
    for (TailedLog one : tailed.values()) {
      if (one.isDue(now, intervalNanos)) {
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
    if (closed || logs.isEmpty()) {
      underWay = false;
      failing = false;
      return;
    }
    if (!failing) {
      began = System.nanoTime();
    }
    reads++;
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
              turn();
            })
        .onFailure(this::later);
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
    if (kind == Mode.WAKES) {
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
                    logs.stream().filter(this::isTailed).forEach(news::add);
                    go();
                  }));
      return Future.succeededFuture(Map.of());
    }
    return Future.failedFuture(failure);
  }

  /** It may have been left meanwhile, and followed anew from another position. */
  private boolean isTailed(TailedLog one) {
    return tailed.get(one.key()) == one;
  }

  /** One of which nothing can be delivered is looked at again later; the others are served now. */
  private void deliverSound(TailedLog one, LogState state, Map<String, Response> found, int asked) {
    try {
      if (isTailed(one)) {
        deliver(one, state, found, asked);
      }
    } catch (RuntimeException | Error defect) {
      one.failed(defect);
    }
  }

  /** Gives the listeners what was read, if the log is still the one that was asked. */
  private void deliver(TailedLog one, LogState state, Map<String, Response> found, int asked) {
    if (!one.check(state)) {
      if (one.isBehind()) {
        news.add(one);
      }
    } else if (kind == Mode.WAKES) {
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
    news.addAll(tailed.values());
    vertx.setTimer(
        1 + ThreadLocalRandom.current().nextInt(RETRY_MILLIS),
        timer -> context.runOnContext(go -> turn()));
  }
}
