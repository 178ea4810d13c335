package penstock.schedule;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import penstock.problem.IsolatedCall;
import penstock.redis.PubSubListener;
import penstock.redis.RedisLink;
import penstock.redis.RedisLinks;
import penstock.stream.Partition;
import penstock.stream.StreamName;

/**
 * Asks the index for what is due, and does it: when the next deadline passes, when it hears of an
 * earlier one, when something is done, and now and then. All instances do; what one has claimed the
 * others leave to it for a moment.
 *
 * <p>One question is under way at a time. State belongs to one event loop, on which the tasks are
 * run too.
 */
final class DeadlineLoop {

  private static final Logger LOG = Logger.getLogger(DeadlineLoop.class);

  private static final String SWEEP = "sweep";

  /** Partitions that this instance is at. Each has one script under way. */
  private static final int MOST_CLAIMS = 16;

  /** Between questions that nothing but news or the time is the reason for. */
  private static final long PAUSE_MILLIS = 5;

  private static final long RETRY_MILLIS = 50;

  /** After a sweep that failed. */
  private static final long SWEEP_AGAIN_MILLIS = 500;

  /** What does not pass by itself fails again until someone has mended it. */
  private static final String LATER = "+1000";

  private final Vertx vertx;
  private final Context context;
  private final RedisLink link;
  private final PubSubListener pubSub;
  private final DeadlineIndex index;
  private final DeadlineSweeper sweeper;
  private final long checkMillis;
  private final Duration sweepInterval;
  private final Map<String, DeadlineSource> sources = new ConcurrentHashMap<>();
  private volatile String kinds = " " + SWEEP + " ";
  private volatile long overdueMillis;

  // Below: only on the context.
  private final List<DeadlineIndex.ClaimResult> done = new ArrayList<>();

  /** What failed for such a reason when it was tried last: each is logged once. */
  private final Set<String> broken = new HashSet<>();

  private boolean listening;
  private boolean underWay;
  private boolean heard;
  private boolean closed;
  private int claims;
  private long timer = -1;
  private long timerAt;

  DeadlineLoop(
      Vertx vertx,
      RedisLinks links,
      DeadlineIndex index,
      DeadlineSweeper sweeper,
      ScheduleConfig config) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.link = links.open("deadlines", context);
    this.pubSub = links.openPubSub("deadlines-news", context, news -> hear());
    this.index = index;
    this.sweeper = sweeper;
    this.checkMillis = Math.max(1, config.checkInterval().toMillis());
    this.sweepInterval = config.sweepInterval();
  }

  double overdueSeconds() {
    return (double) overdueMillis / TimeUnit.SECONDS.toMillis(1);
  }

  synchronized void add(DeadlineSource source) {
    kinds += source.kind() + " ";
    if (sources.put(source.kind(), source) != null) {
      throw new IllegalStateException("there is a source of this kind already: " + source.kind());
    }
    context.runOnContext(
        go -> {
          listen();
          ask();
        });
  }

  void close() {
    context.runOnContext(
        go -> {
          closed = true;
          vertx.cancelTimer(timer);
        });
  }

  /** Once it listens, the listener does so again by itself whenever its link was down. */
  private void listen() {
    if (!listening && !closed) {
      listening = true;
      pubSub
          .listen(index.channel())
          .onFailure(
              failure -> {
                listening = false;
                vertx.setTimer(RETRY_MILLIS, again -> context.runOnContext(go -> listen()));
              });
    }
  }

  private void hear() {
    heard = true;
    if (!underWay) {
      askIn(PAUSE_MILLIS);
    }
  }

  /** Asks then, or earlier if that was planned already. */
  private void askIn(long millis) {
    long at = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    if (timer >= 0) {
      if (timerAt - at <= 0) {
        return;
      }
      vertx.cancelTimer(timer);
    }
    timerAt = at;
    timer =
        vertx.setTimer(
            Math.max(1, millis),
            passed ->
                context.runOnContext(
                    go -> {
                      if (timer == passed) {
                        timer = -1;
                        ask();
                      }
                    }));
  }

  private void ask() {
    if (underWay || closed) {
      return;
    }
    if (timer >= 0) {
      vertx.cancelTimer(timer);
      timer = -1;
    }
    underWay = true;
    heard = false;
    List<DeadlineIndex.ClaimResult> told = List.copyOf(done);
    done.clear();
    IsolatedCall.begin(() -> index.claim(told, MOST_CLAIMS - claims, kinds, link))
        .onComplete(
            reply -> {
              underWay = false;
              if (reply.succeeded()) {
                take(reply.result());
              } else {
                // What was told ends by itself, and its next deadline is found then.
                LOG.debugf("deadlines cannot be asked for: %s", reply.cause().getMessage());
                askIn(RETRY_MILLIS);
              }
            });
  }

  private void take(DeadlineIndex.ClaimReply reply) {
    overdueMillis = reply.overdueMillis();
    for (DeadlineIndex.Claim claim : reply.claims()) {
      claims++;
      run(claim)
          .onComplete(
              next -> {
                claims--;
                next.result()
                    .ifPresent(
                        deadline -> done.add(new DeadlineIndex.ClaimResult(claim, deadline)));
                ask();
              });
    }
    if (!done.isEmpty()) {
      ask();
      return;
    }
    long next = reply.millisToNext() < 0 ? checkMillis : reply.millisToNext();
    askIn(
        heard ? PAUSE_MILLIS : Math.clamp(next, PAUSE_MILLIS, Math.max(PAUSE_MILLIS, checkMillis)));
  }

  /**
   * What is next, as {@link DeadlineIndex.ClaimResult} has it; empty if that is not known. Never
   * fails.
   */
  private Future<Optional<String>> run(DeadlineIndex.Claim claim) {
    String[] parts = claim.name().split("/");
    if (parts[0].equals(SWEEP)) {
      sweep();
      return Future.succeededFuture(Optional.of("+" + sweepInterval.toMillis()));
    }
    return Future.succeededFuture(parts)
        .compose(this::runTask)
        .transform(
            result -> {
              if (result.succeeded()) {
                broken.remove(claim.name());
                return Future.succeededFuture(Optional.of(text(result.result())));
              }
              return Future.succeededFuture(failed(claim.name(), result.cause()));
            });
  }

  /**
   * Tries until one has gone through: what nobody has noted is found by nothing else, and another
   * link than the index's may be down for longer than that one was.
   */
  private void sweep() {
    if (closed) {
      return;
    }
    IsolatedCall.begin(() -> sweeper.sweep(sources.values()))
        .onComplete(
            swept -> {
              if (swept.succeeded()) {
                broken.remove(SWEEP);
                return;
              }
              failed(SWEEP, swept.cause());
              vertx.setTimer(SWEEP_AGAIN_MILLIS, again -> context.runOnContext(go -> sweep()));
            });
  }

  private Future<OptionalLong> runTask(String[] name) {
    DeadlineSource source = Objects.requireNonNull(sources.get(name[0]), "only those are claimed");
    return source.task().apply(new Partition(new StreamName(name[1]), Integer.parseInt(name[2])));
  }

  private static String text(OptionalLong next) {
    return next.isPresent() ? Long.toString(next.getAsLong()) : "";
  }

  private Optional<String> failed(String name, Throwable cause) {
    if (DeadlineSweeper.passes(cause)) {
      LOG.debugf("what is due could not be done: name=%s reason=%s", name, cause.getMessage());
      return Optional.empty();
    }
    if (broken.add(name)) {
      LOG.errorf("what is due cannot be done: name=%s reason=%s", name, cause.getMessage());
    }
    return Optional.of(LATER);
  }
}
