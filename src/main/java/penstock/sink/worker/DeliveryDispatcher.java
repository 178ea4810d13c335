package penstock.sink.worker;

import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import penstock.consumer.Backoff;
import penstock.sink.BreakerState;
import penstock.sink.Delivery;
import penstock.sink.Outcome;
import penstock.sink.SinkTarget;
import penstock.sink.SinksConfig;

/**
 * Hands events to the receiver, and knows what each answer means: done, later, set aside, or the
 * end. While nothing goes through, one at a time is tried. Belongs to whoever has its task's turn.
 */
final class DeliveryDispatcher {

  /** Attempts in vain, one after the other, after which the receiver counts as down. */
  private static final int DOWN_AFTER = 32;

  private static final int MOST_REASON = 500;

  private final SinkShard shard;
  private final SinkTarget target;
  private final SinkMeters meters;
  private final SinksConfig.OfSink settings;
  private final Backoff backoff;
  private final RandomGenerator random = RandomGenerator.getDefault();
  private DeliverySchedule schedule;
  private BlockingQueue<Answer> answers = new LinkedBlockingQueue<>();
  private Runnable nudge = () -> {};
  private @Nullable Future<Void> preparing;
  private boolean isReady;
  private int preparations;
  private long prepareAt;
  private int inFlight;
  private int inVain;
  private long buffered;

  /** How many wait that were tried in vain. */
  private int failing;

  private @Nullable String stopped;
  private volatile String lastError = "";
  private String lastFailure = "";
  private long failures;

  DeliveryDispatcher(SinkShard shard, SinkTarget target, SinkMeters meters) {
    this.shard = shard;
    this.target = target;
    this.meters = meters;
    this.settings = shard.sink().settings();
    this.backoff = new Backoff(settings.retry().first(), settings.retry().longest());
    this.schedule = new DeliverySchedule(shard.sink().order());
  }

  /**
   * What the receiver said.
   *
   * @param outcomes one for each; null if the target broke its promise and failed
   */
  record Answer(List<PendingDelivery> batch, @Nullable List<Outcome> outcomes, long nanos) {}

  void begin(BlockingQueue<Answer> to, Runnable wake) {
    answers = to;
    nudge = wake;
  }

  KeyQueue queue(String key) {
    return schedule.queue(key);
  }

  void add(PendingDelivery one, long now) {
    schedule.add(one, now);
    failing += one.failed ? 1 : 0;
    buffered += one.bytes();
    letGoIfFull(one);
  }

  /** It was read from the log again. */
  void held(PendingDelivery one) {
    buffered += one.bytes();
  }

  private void letGoIfFull(PendingDelivery one) {
    if (buffered > settings.maxBuffered().asLongValue() && !one.inFlight) {
      buffered -= one.bytes();
      one.letGo();
    }
  }

  /** Whether something more should be read. */
  boolean wantsMore(DeliveryWindow window, long now) {
    return isReady
        && stopped == null
        && (inVain < DOWN_AFTER || window.waiting() == 0)
        && schedule.ready(now) < shard.sink().maxInFlight()
        && window.waiting() < settings.maxWaiting() + shard.sink().maxInFlight();
  }

  /** The next that go together; empty if none may go now. */
  List<PendingDelivery> next() {
    int free = free();
    return free <= 0
        ? List.of()
        : schedule.take(Math.min(free, shard.sink().batch()), System.nanoTime());
  }

  /** How many more events the receiver may be given now. */
  private int free() {
    if (stopped != null || !isReady) {
      return 0;
    }
    return (inVain < DOWN_AFTER ? shard.sink().maxInFlight() : 1) - inFlight;
  }

  /** Whether the receiver is ready; has it made so if it is not. */
  boolean prepare(long now) {
    if (isReady) {
      return true;
    }
    Future<Void> sent = preparing;
    if (sent == null && prepareAt - now <= 0) {
      preparing = target.prepare().onComplete(done -> nudge.run());
      sent = preparing;
    }
    if (sent == null || !sent.isComplete()) {
      return false;
    }
    preparing = null;
    if (sent.succeeded()) {
      isReady = true;
      preparations = 0;
      return true;
    }
    stopped = DeliveryPipeline.stopReason(sent.cause());
    failed(Objects.toString(sent.cause().getMessage(), sent.cause().toString()));
    prepareAt = now + backoff.after(++preparations, random).toNanos();
    return false;
  }

  void send(List<PendingDelivery> batch) {
    if (batch.isEmpty()) {
      return;
    }
    inFlight += batch.size();
    meters.inFlight(inFlight);
    long start = System.nanoTime();
    BlockingQueue<Answer> to = answers;
    target
        .deliver(batch.stream().map(this::delivery).toList())
        .onComplete(
            done -> {
              to.add(new Answer(batch, done.result(), System.nanoTime() - start));
              nudge.run();
            });
  }

  private Delivery delivery(PendingDelivery one) {
    return Delivery.of(
        shard.sink().name(),
        shard.partition(),
        Objects.requireNonNull(one.record()),
        Objects.requireNonNull(one.event()),
        one.attempts + 1);
  }

  /** The log does not have it any more, so that it cannot be sent. */
  void vanished(PendingDelivery one, DeliveryWindow window) {
    one.inFlight = false;
    one.queue().inFlight--;
    failing -= one.failed ? 1 : 0;
    window.done(one);
    schedule.settled(one.queue(), System.nanoTime());
  }

  void settle(Answer answer, DeliveryWindow window) {
    long now = System.nanoTime();
    List<Outcome> outcomes = answer.outcomes();
    boolean kept = outcomes != null && outcomes.size() == answer.batch().size();
    inFlight -= answer.batch().size();
    meters.inFlight(inFlight);
    meters.answered(answer.nanos());
    for (int i = 0; i < answer.batch().size(); i++) {
      PendingDelivery one = answer.batch().get(i);
      one.inFlight = false;
      one.queue().inFlight--;
      Outcome outcome =
          kept && outcomes != null
              ? outcomes.get(i)
              : new Outcome.Retry("the target did not say what came of it", null);
      settle(one, outcome, answer.nanos(), window, now);
    }
    for (PendingDelivery one : answer.batch()) {
      schedule.settled(one.queue(), now);
    }
  }

  private void settle(
      PendingDelivery one, Outcome outcome, long nanos, DeliveryWindow window, long now) {
    switch (outcome) {
      case Outcome.Delivered delivered -> {
        meters.delivered(one.position());
        if (inVain >= DOWN_AFTER) {
          schedule.bringForward(now);
        }
        inVain = 0;
        done(one, window);
        if (failing == 0) {
          lastError = "";
        }
      }
      case Outcome.Retry retry -> {
        meters.retried();
        inVain++;
        failed(retry.reason());
        tryLater(one, retry.reason(), retry.notBefore(), nanos, window, now);
      }
      case Outcome.Postponed postponed -> {
        meters.postponed();
        failed(postponed.reason());
        one.due = now + Math.max(1, postponed.pause().toNanos());
        letGoIfFull(one);
      }
      case Outcome.Refused refused -> {
        inVain = 0;
        String reason = shortened(refused.reason());
        failed(reason);
        if (one.attempts + 1 < settings.retry().refusedAttempts()) {
          meters.retried();
          tryLater(one, reason, null, nanos, window, now);
        } else if (settings.onRefused() == SinksConfig.OnRefused.STOP) {
          stopped = reason + "; position=" + one.position();
        } else {
          one.attempts++;
          setAside(one, reason, window);
        }
      }
      case Outcome.Stop stop -> {
        failed(stop.reason());
        stopped = stop.reason();
      }
    }
  }

  private void tryLater(
      PendingDelivery one,
      String reason,
      @Nullable Duration notBefore,
      long nanos,
      DeliveryWindow window,
      long now) {
    one.attempts++;
    if (one.attempts == 1) {
      one.first = now - nanos;
    }
    boolean givenUp =
        settings
            .retry()
            .giveUpAfter()
            .filter(most -> now - one.first >= most.toNanos())
            .isPresent();
    if (givenUp) {
      setAside(one, shortened("given up after " + one.attempts + " attempts: " + reason), window);
      return;
    }
    long pause = backoff.after(one.attempts, random).toNanos();
    one.due = now + (notBefore == null ? pause : Math.max(pause, notBefore.toNanos()));
    failing += one.failed ? 0 : 1;
    one.failed = true;
    window.tried(one);
    letGoIfFull(one);
  }

  private void setAside(PendingDelivery one, String reason, DeliveryWindow window) {
    meters.setAside();
    one.refusal = reason;
    done(one, window);
  }

  private void done(PendingDelivery one, DeliveryWindow window) {
    buffered -= one.bytes();
    failing -= one.failed ? 1 : 0;
    if (one.refusal == null) {
      one.letGo();
    }
    window.done(one);
  }

  private void failed(String reason) {
    lastError = shortened(reason);
    lastFailure = lastError;
    failures++;
  }

  private static String shortened(String reason) {
    return reason.length() <= MOST_REASON ? reason : reason.substring(0, MOST_REASON) + "...";
  }

  /** Why the sink stops; null if it goes on. */
  @Nullable String stopped() {
    return stopped;
  }

  /** What is in the way; empty if nothing is. Any thread. */
  String lastError() {
    return lastError;
  }

  /** What was in the way last, be it that all has gone on since. */
  String lastFailure() {
    return lastFailure;
  }

  /** How often something was in the way since this worker began. */
  long failures() {
    return failures;
  }

  /** Empty if there is none. */
  String breaker() {
    return target.breaker().map(BreakerState::toString).orElse("");
  }

  /** Whether something is with the receiver. */
  boolean isBusy() {
    return inFlight > 0;
  }

  /**
   * Nanoseconds until something can be done; empty if nothing can before an answer comes, also if
   * something is due.
   */
  OptionalLong untilNext(long now) {
    if (!isReady && preparing == null) {
      return OptionalLong.of(prepareAt - now);
    }
    return free() > 0 ? schedule.untilNext(now) : OptionalLong.empty();
  }

  void drop() {
    schedule = new DeliverySchedule(shard.sink().order());
    answers = new LinkedBlockingQueue<>();
    preparing = null;
    isReady = false;
    prepareAt = System.nanoTime();
    inFlight = 0;
    inVain = 0;
    buffered = 0;
    failing = 0;
    stopped = null;
    lastError = "";
    lastFailure = "";
    failures = 0;
    meters.inFlight(0);
  }
}
