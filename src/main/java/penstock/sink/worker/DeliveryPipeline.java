package penstock.sink.worker;

import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import penstock.consumer.BlockingCall;
import penstock.consumer.worker.ConsumerGroup;
import penstock.consumer.worker.Lease;
import penstock.consumer.worker.PendingSweeper;
import penstock.consumer.worker.RecordFetcher;
import penstock.consumer.worker.ShardPipeline;
import penstock.consumer.worker.StepResult;
import penstock.event.Event;
import penstock.event.EventFields;
import penstock.redis.RedisReplyException;
import penstock.sink.SinkStoppedException;
import penstock.stream.Position;
import penstock.stream.log.RawRecord;

/**
 * What becomes of a sink's events: they are delivered, several at a time, and what is done is
 * committed while others are on their way. Belongs to whoever has its task's turn, and blocks but
 * for the receiver, whose answers wake it.
 */
final class DeliveryPipeline implements ShardPipeline {

  private static final Duration NOTE_INTERVAL = Duration.ofSeconds(1);

  private final SinkShard shard;
  private final SinkAcquireCall acquired;
  private final ConsumerGroup group;
  private final RecordFetcher fetcher;
  private final OpenEventRepository log;
  private final SinkCommitRepository commits;
  private final PendingSweeper sweeper;
  private final DeadLetterDelivery letters;
  private final DeliveryDispatcher dispatch;
  private final SinkMeters meters;
  private final Duration patience;
  private Runnable nudge = () -> {};

  /** What is answered; another one for each lease, so that late answers have no effect. */
  private LinkedBlockingQueue<DeliveryDispatcher.Answer> answers = new LinkedBlockingQueue<>();

  /** Whether the group may have something: it had when it was asked last, or there were news. */
  private volatile boolean mayHaveMore = true;

  private DeliveryWindow window;
  private Position committed = Position.ZERO;
  private @Nullable Position replayEnd;
  private @Nullable Future<SinkCommitRepository.Committed> underWay;
  private Position lastRead = Position.ZERO;
  private long noted;
  private String notedBreaker = "";

  /** How many failures there had been; set by any thread if that could not be noted. */
  private volatile long notedFailures;

  /**
   * @param patience how long deliveries that are on their way are waited for when the lease is
   *     given back
   */
  DeliveryPipeline(
      SinkShard shard,
      SinkAcquireCall acquired,
      ConsumerGroup group,
      RecordFetcher fetcher,
      OpenEventRepository log,
      SinkCommitRepository commits,
      PendingSweeper sweeper,
      DeadLetterDelivery letters,
      DeliveryDispatcher dispatch,
      SinkMeters meters,
      Duration patience) {
    this.shard = shard;
    this.acquired = acquired;
    this.group = group;
    this.fetcher = fetcher;
    this.log = log;
    this.commits = commits;
    this.sweeper = sweeper;
    this.letters = letters;
    this.dispatch = dispatch;
    this.meters = meters;
    this.patience = patience;
    this.window = newWindow();
  }

  private DeliveryWindow newWindow() {
    return new DeliveryWindow(2 * shard.sink().maxInFlight() + ConsumerGroup.MAX_EVENTS);
  }

  @Override
  public void wokenBy(Runnable wake, Runnable goOn) {
    nudge = wake;
  }

  @Override
  public void appended() {
    mayHaveMore = true;
  }

  @Override
  public void begin(Lease lease) throws InterruptedException {
    SinkAcquireCall.Found found = acquired.found();
    sweeper.sweep(lease, lease.applied(), lease.died());
    committed = found.read();
    lastRead = committed;
    replayEnd = found.replayEnd();
    fetcher.begin(committed, replayEnd == null ? lease.delivered() : replayEnd);
    takeOpen(found.clock());
    dispatch.begin(answers, nudge);
    mayHaveMore = true;
    noted = 0;
  }

  /** Few at a time, so that no more of them are held than may be. */
  private void takeOpen(long clock) throws InterruptedException {
    List<OpenEventRepository.OpenEvent> all =
        BlockingCall.of(log.open()).stream().filter(one -> !comesAgain(one.position())).toList();
    long now = System.nanoTime();
    for (int from = 0; from < all.size(); from += OpenEventRepository.TOGETHER) {
      List<OpenEventRepository.OpenEvent> some =
          all.subList(from, Math.min(all.size(), from + OpenEventRepository.TOGETHER));
      List<@Nullable RawRecord> records =
          BlockingCall.of(
              log.records(some.stream().map(OpenEventRepository.OpenEvent::position).toList()));
      for (int i = 0; i < some.size(); i++) {
        takeOpen(some.get(i), records.get(i), clock, now);
      }
    }
  }

  /** The range that is replayed has it, and has not come to it yet. */
  private boolean comesAgain(Position position) {
    return replayEnd != null && position.isAfter(committed) && !position.isAfter(replayEnd);
  }

  private void takeOpen(
      OpenEventRepository.OpenEvent one, @Nullable RawRecord record, long clock, long now) {
    Event event = record == null ? null : readable(record);
    Event wanted = wanted(event);
    PendingDelivery pending = pending(one.position(), wanted);
    pending.attempts = one.attempts();
    pending.failed = one.attempts() > 0;
    pending.first = now - TimeUnit.MILLISECONDS.toNanos(Math.max(0, clock - one.firstMillis()));
    pending.due = now + TimeUnit.MILLISECONDS.toNanos(Math.max(0, one.dueMillis() - clock));
    window.addOpen(pending);
    if (record == null) {
      meters.vanished(1);
      window.done(pending);
    } else {
      enqueue(pending, record, event, wanted, now);
    }
  }

  private static @Nullable Event readable(RawRecord record) {
    try {
      return EventFields.read(record.fields(), record.from());
    } catch (RuntimeException unreadable) {
      return null;
    }
  }

  /** The event, if it is for the receiver. */
  private @Nullable Event wanted(@Nullable Event event) {
    return event != null && shard.sink().filter().matches(event) ? event : null;
  }

  /** What does not go to the receiver waits for nothing. */
  private PendingDelivery pending(Position position, @Nullable Event wanted) {
    return new PendingDelivery(
        position, wanted == null ? new KeyQueue("") : dispatch.queue(wanted.key()));
  }

  private void enqueue(
      PendingDelivery pending,
      RawRecord record,
      @Nullable Event event,
      @Nullable Event wanted,
      long now) {
    pending.hold(record, event);
    if (event == null) {
      pending.refusal = "not an event that Penstock wrote";
      window.done(pending);
    } else if (wanted == null) {
      meters.filtered();
      window.done(pending);
    } else {
      dispatch.add(pending, now);
    }
  }

  @Override
  public StepResult advance(Lease lease) throws InterruptedException {
    boolean isReady = dispatch.prepare(System.nanoTime());
    boolean moved = takeAnswers();
    String stop = dispatch.stopped();
    if (stop != null) {
      commitAll(lease);
      return new StepResult.Obstructed(stop);
    }
    if (!isReady) {
      note(lease);
      return new StepResult.Waiting(pause());
    }
    moved |= settleCommit(false);
    moved |= commit(lease);
    moved |= read();
    moved |= send();
    moved |= letters.settle(lease);
    note(lease);
    if (moved) {
      return StepResult.ADVANCED;
    }
    if (window.isEmpty() && underWay == null && !fetcher.isTakingOver() && letters.isIdle()) {
      return StepResult.DRAINED;
    }
    return new StepResult.Waiting(pause());
  }

  private boolean takeAnswers() {
    boolean moved = false;
    for (DeliveryDispatcher.Answer answer = answers.poll();
        answer != null;
        answer = answers.poll()) {
      dispatch.settle(answer, window);
      moved = true;
    }
    return moved;
  }

  /** Whether a commit was done. */
  private boolean settleCommit(boolean wait) throws InterruptedException {
    Future<SinkCommitRepository.Committed> sent = underWay;
    if (sent == null || !wait && !sent.isComplete()) {
      return false;
    }
    SinkCommitRepository.Committed result = BlockingCall.of(sent);
    underWay = null;
    committed = result.read();
    meters.lag(result.lag() + window.open());
    return true;
  }

  private boolean commit(Lease lease) throws InterruptedException {
    if (underWay != null) {
      return false;
    }
    DeliveryWindow.Advance advance = window.advance(committed);
    Position end = replayEnd;
    boolean endsReplay =
        end != null && window.ahead() == 0 && !fetcher.isTakingOver() && !dispatch.isBusy();
    if (advance.isEmpty() && !endsReplay) {
      return false;
    }
    long start = System.nanoTime();
    underWay =
        commits
            .commit(lease, committed, advance, endsReplay, start)
            .onComplete(
                done -> {
                  meters.committed(advance, System.nanoTime() - start, done.succeeded());
                  nudge.run();
                });
    if (endsReplay) {
      settleCommit(true);
      replayEnd = null;
      lastRead = committed;
      fetcher.begin(committed, lease.delivered());
    }
    return true;
  }

  private boolean read() throws InterruptedException {
    long now = System.nanoTime();
    return (mayHaveMore || fetcher.isTakingOver()) && mayRead(now) && readNow(now);
  }

  private boolean mayRead(long now) {
    return dispatch.wantsMore(window, now) && (replayEnd == null || fetcher.isTakingOver());
  }

  private boolean readNow(long now) throws InterruptedException {
    // Before the group is asked: what is appended meanwhile has it asked again.
    mayHaveMore = false;
    List<RawRecord> records = fetcher.take();
    for (RawRecord record : records) {
      lastRead = record.position();
      Event event = readable(record);
      Event wanted = wanted(event);
      PendingDelivery pending = pending(lastRead, wanted);
      pending.due = now;
      window.add(pending);
      enqueue(pending, record, event, wanted, now);
    }
    if (records.isEmpty() && fetcher.isTakingOver()) {
      fetcher.endTakeover(Position.ZERO);
      mayHaveMore = true;
      return true;
    }
    if (!records.isEmpty()) {
      mayHaveMore = true;
    }
    return !records.isEmpty();
  }

  /** Sends all that may go now: as many requests as the receiver may have. */
  private boolean send() throws InterruptedException {
    boolean sent = false;
    for (List<PendingDelivery> batch = dispatch.next(); !batch.isEmpty(); batch = dispatch.next()) {
      send(batch);
      sent = true;
    }
    return sent;
  }

  private void send(List<PendingDelivery> batch) throws InterruptedException {
    var missing = new ArrayList<PendingDelivery>();
    batch.stream().filter(one -> one.record() == null).forEach(missing::add);
    if (!missing.isEmpty()) {
      BlockingCall.of(log.load(missing));
    }
    for (PendingDelivery one : missing) {
      if (one.record() == null) {
        meters.vanished(1);
        dispatch.vanished(one, window);
      } else {
        one.hold(one.record(), readable(one.record()));
        dispatch.held(one);
      }
    }
    dispatch.send(batch.stream().filter(one -> one.inFlight).toList());
  }

  /**
   * Tells those who ask how the sink is, not more often than they can read it: also what was in the
   * way and is not any more.
   */
  private void note(Lease lease) {
    long now = System.nanoTime();
    long failures = dispatch.failures();
    String breaker = dispatch.breaker();
    boolean isSame = failures == notedFailures && breaker.equals(notedBreaker);
    if (isSame || noted != 0 && now - noted < NOTE_INTERVAL.toNanos()) {
      return;
    }
    String error = failures == notedFailures ? "" : dispatch.lastFailure();
    noted = now;
    notedFailures = failures;
    notedBreaker = breaker;
    commits.note(lease, error, breaker).onFailure(failure -> notedFailures = -1);
  }

  private Duration pause() {
    long now = System.nanoTime();
    long most = patience.toNanos();
    OptionalLong next = dispatch.untilNext(now);
    if (next.isPresent()) {
      most = Math.min(most, Math.max(1, next.getAsLong()));
    }
    return Duration.ofNanos(most);
  }

  @Override
  public String trouble() {
    return dispatch.lastError();
  }

  @Override
  public boolean isQuiet() {
    return window.isEmpty()
        && underWay == null
        && !fetcher.isReading()
        && !fetcher.isTakingOver()
        && replayEnd == null
        && letters.isIdle();
  }

  @Override
  public boolean recheck(Lease lease) throws InterruptedException {
    long now = System.nanoTime();
    if (fetcher.isTakingOver() || !mayRead(now)) {
      return false;
    }
    if (window.isEmpty()) {
      sweeper.sweepVanished(lease, committed);
    }
    if (!BlockingCall.of(group.hasMore(lastRead))) {
      return false;
    }
    if (!readNow(now)) {
      throw new RedisReplyException("GAP another consumer of the group was given entries");
    }
    return true;
  }

  @Override
  public void caughtUp(Lease lease) {
    // A sink is only ever behind: nothing waits for it.
  }

  @Override
  public boolean executeNext(Lease lease) throws InterruptedException {
    letters.begin(nudge);
    return false;
  }

  @Override
  public void settle() throws InterruptedException {
    settleCommit(true);
  }

  @Override
  public void finish(Lease lease) throws InterruptedException {
    long end = System.nanoTime() + patience.toNanos();
    while (dispatch.isBusy() && end - System.nanoTime() > 0) {
      DeliveryDispatcher.Answer answer =
          answers.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
      if (answer != null) {
        dispatch.settle(answer, window);
      }
    }
    commitAll(lease);
  }

  private void commitAll(Lease lease) throws InterruptedException {
    settleCommit(true);
    DeliveryWindow.Advance advance = window.advance(committed);
    while (!advance.isEmpty()) {
      underWay = commits.commit(lease, committed, advance, false, System.nanoTime());
      settleCommit(true);
      advance = window.advance(committed);
    }
  }

  @Override
  public void drop() {
    answers = new LinkedBlockingQueue<>();
    window = newWindow();
    dispatch.drop();
    letters.drop();
    fetcher.drop();
    underWay = null;
    replayEnd = null;
    notedBreaker = "";
    notedFailures = 0;
  }

  /** What a failure to make the receiver ready means, if it is one that ends the sink's work. */
  static @Nullable String stopReason(Throwable failure) {
    return failure instanceof SinkStoppedException ? Objects.toString(failure.getMessage()) : null;
  }
}
