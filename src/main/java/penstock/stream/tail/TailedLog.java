package penstock.stream.tail;

import static java.util.stream.Collectors.toUnmodifiableList;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import penstock.redis.RedisReplyException;
import penstock.stream.LogEntry;
import penstock.stream.LogState;
import penstock.stream.PartitionPosition;
import penstock.stream.Position;
import penstock.stream.log.LogNews;
import penstock.stream.log.LogPage;
import penstock.stream.log.OrderedNews;
import penstock.stream.log.RawRecord;

/**
 * A log, or another stream in Redis, that is followed. Its turns are those of its {@link
 * TailLoop}'s event loop; what an answer tells is taken on the thread that has it, under the log's
 * lock, so that it wakes nobody but who is to write it. The listeners are called with that lock
 * held.
 */
final class TailedLog {

  private static final Logger LOG = Logger.getLogger(TailedLog.class);

  /**
   * So much is kept that is told in a turn. With more, what is left does not follow, and is read.
   */
  private static final int MOST_KEPT = 256;

  /** Looks for what was announced take a second together; then it is left to the usual ones. */
  private static final int MOST_MISSES = 10;

  /** How long messages are relied on, which come in order, after some news did not follow. */
  private static final long IN_ORDER_NANOS = 1_000_000_000;

  private final TailSource source;

  /** Replaced when one comes or leaves, and so not copied for each call: mostly there is one. */
  private List<TailListener> listeners = List.of();

  /** As last observed. */
  private LogState log;

  /** All up to here was delivered. */
  private Position position;

  private final byte[] keyArgument;

  /** Null until it is asked for: what is told needs none. */
  private byte @Nullable [] positionArgument;

  private long checkedAt;
  private boolean broken;

  /** A read and an observation of it are under way: what is told meanwhile is for behind them. */
  private boolean inTurn;

  private List<LogNews> kept = List.of();

  /** When some of what was told did not follow. */
  private volatile long disorderedAt = System.nanoTime() - IN_ORDER_NANOS;

  /** The last of what was told; null if nothing was. */
  private @Nullable Position told;

  /** What was said to be there; null if it was found, or is not waited for any more. */
  private @Nullable Position announced;

  /** How often it was looked for in vain. */
  private int misses;

  TailedLog(TailSource source, LogState log) {
    this.source = source;
    this.log = log;
    this.keyArgument = source.key().getBytes(StandardCharsets.UTF_8);
    moveTo(log.last());
    this.checkedAt = System.nanoTime();
  }

  TailSource source() {
    return source;
  }

  /** The name of the log in Redis. */
  String key() {
    return source.key();
  }

  /** The same as an argument of a read: mostly nothing of it has changed since the last one. */
  byte[] keyArgument() {
    return keyArgument;
  }

  /** All up to here was delivered, as an argument of a read. */
  synchronized byte[] positionArgument() {
    byte[] made = positionArgument;
    if (made == null) {
      made = position.toString().getBytes(StandardCharsets.US_ASCII);
      positionArgument = made;
    }
    return made;
  }

  private void moveTo(Position to) {
    position = to;
    positionArgument = null;
  }

  /** Adds a listener; returns the state of the log from which on it follows. */
  synchronized LogState join(TailListener listener) {
    listeners = Stream.concat(others(listener), Stream.of(listener)).collect(toUnmodifiableList());
    return log.until(position);
  }

  /** Removes a listener. */
  synchronized void leave(TailListener listener) {
    listeners = others(listener).collect(toUnmodifiableList());
  }

  private Stream<TailListener> others(TailListener one) {
    return listeners.stream().filter(listener -> !listener.equals(one));
  }

  synchronized boolean isDeserted() {
    return listeners.isEmpty();
  }

  /** Cannot be observed: its key holds something else. It would make a read of all logs fail. */
  synchronized boolean isBroken() {
    return broken;
  }

  synchronized void failed(Throwable why) {
    if (!broken) {
      LOG.errorf(
          why instanceof RedisReplyException ? null : why,
          "the log cannot be read: source=%s reason=%s",
          source,
          why.getMessage());
    }
    checkedAt = System.nanoTime();
    broken = true;
  }

  /**
   * Something was appended.
   *
   * @return whether it is to be looked for: what it is may have been told
   */
  synchronized boolean announced(Position at) {
    if (at.equals(told)) {
      return false;
    }
    if (at.isAfter(log.last())) {
      announced = at;
      misses = 0;
    }
    return true;
  }

  /**
   * Delivers what was appended, or keeps it until the turn is over that the log is in.
   *
   * @return false if it is not what comes next, so that the log is to be read
   */
  synchronized boolean told(LogNews news) {
    if (!inTurn) {
      return take(news);
    }
    if (kept.isEmpty() || kept.size() == MOST_KEPT) {
      kept = new ArrayList<>();
    }
    kept.add(news);
    told = news.last();
    return true;
  }

  /**
   * The same of what an answer tells. Any thread.
   *
   * @return false if it is not what comes next, or if nobody follows any more
   */
  synchronized boolean answered(LogNews news) {
    return !listeners.isEmpty() && told(news);
  }

  /**
   * What the first of the listeners that makes something of them has written with events that are
   * appended; null if none does. Any thread.
   */
  @Nullable CarriedCommit carry(List<RawRecord> records) {
    List<TailListener> asked;
    synchronized (this) {
      asked = listeners;
    }
    for (TailListener listener : asked) {
      CarriedCommit carried = listener.carry(records);
      if (carried != null) {
        return carried;
      }
    }
    return null;
  }

  /**
   * Whether what this instance appends may be told by the answer, which comes another way than the
   * messages that tell what others append: not for a while if they overtook each other. Any thread.
   */
  boolean takesAnswers() {
    return System.nanoTime() - disorderedAt >= IN_ORDER_NANOS;
  }

  private boolean take(LogNews news) {
    if (broken || !news.follows(log, position)) {
      disorderedAt = System.nanoTime();
      return false;
    }
    told = news.last();
    if (news.last().isAfter(log.last())) {
      log = news.state(log);
    }
    checkedAt = System.nanoTime();
    if (news.records().isEmpty()) {
      deliver(news.page());
    } else {
      moveTo(news.last());
      each(listener -> listener.told(log, news));
    }
    return true;
  }

  /** Hands on what is told of what is no log, of which its listeners know whether it follows. */
  synchronized void told(OrderedNews news) {
    told = news.last();
    if (!inTurn && told.isAfter(position)) {
      moveTo(told);
    }
    each(listener -> listener.told(log, news));
  }

  /** Is read and observed: neither answer knows of what is told from now on. */
  synchronized void beginTurn() {
    inTurn = true;
  }

  /**
   * The turn is over: delivers what was told meanwhile and was not read.
   *
   * @return false if some of that does not come next, so that the log is to be read
   */
  synchronized boolean endTurn() {
    inTurn = false;
    List<LogNews> behind = kept;
    kept = List.of();
    boolean all = true;
    for (LogNews news : behind) {
      all &= hasRead(news) || take(news);
    }
    return all;
  }

  private boolean hasRead(LogNews news) {
    return news.life().equals(log.life()) && !news.last().isAfter(position);
  }

  /**
   * Whether what was announced is not here yet, as it may be on a replica that hears of news before
   * it has them: then it is to be looked for again after so many milliseconds, else 0.
   */
  synchronized long pauseBeforeNews() {
    Position at = announced;
    if (at == null || !at.isAfter(log.last()) || misses == MOST_MISSES) {
      announced = null;
      return 0;
    }
    return 1L << misses++;
  }

  /** Was not looked at for so long. */
  synchronized boolean isDue(long now, long interval) {
    return now - checkedAt >= interval;
  }

  /**
   * Takes in what an observation says that was made after the last read from its position.
   *
   * @return whether the entries of that read can be delivered: the log is the one they were asked
   *     of. Otherwise they must be read again, from what is the position then.
   */
  synchronized boolean check(LogState now) {
    LogState before = log;
    checkedAt = System.nanoTime();
    broken = false;
    log = now;
    if (!now.life().equals(before.life())
        || !now.continues(PartitionPosition.in(before, position))) {
      LOG.infof(
          "the log has moved: source=%s position=%s last=%s trimmed=%s sameLife=%s",
          source, position, now.last(), now.trimmed(), now.life().equals(before.life()));
      moveTo(now.last());
      each(listener -> listener.moved(now));
      return false;
    }
    if (!now.term().equals(before.term())) {
      // What was read may be of either term, so it is read again, in the one that is now known. All
      // that was delivered is in it; but who read ahead of that on its own may hold what is lost.
      LogState delivered = now.until(position);
      each(listener -> listener.moved(delivered));
      return false;
    }
    return true;
  }

  /** Delivers entries that a read brought and that were found good. */
  synchronized void deliver(LogPage page) {
    moveTo(page.last());
    if (!page.entries().isEmpty()) {
      each(listener -> appended(listener, page.entries()));
    }
  }

  /** One that could not take the entries in must not go on as if it had. */
  private void appended(TailListener listener, List<LogEntry> entries) {
    try {
      listener.appended(log, entries);
    } catch (RuntimeException | Error defect) {
      LOG.errorf(defect, "a listener missed entries: source=%s", source);
      listener.moved(log.until(position));
    }
  }

  /** Not all that is in the log was delivered. */
  synchronized boolean isBehind() {
    return log.last().isAfter(position);
  }

  /** Wakes the listeners if there is something new. All up to the log's end counts as delivered. */
  synchronized void wake() {
    if (isBehind()) {
      moveTo(log.last());
      each(listener -> listener.appended(log, List.of()));
    }
  }

  private void each(Consumer<TailListener> what) {
    for (TailListener listener : listeners) {
      try {
        what.accept(listener);
      } catch (RuntimeException | Error e) {
        LOG.errorf(e, "a listener failed: source=%s", source);
      }
    }
  }
}
