package penstock.tenant;

import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.function.BiFunction;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import penstock.problem.IsolatedCall;

/**
 * What one instance has of one tenant's bucket, and gives away without asking: a slice of a
 * second's rate, or as much as those who wait need. Before it is used up the next one is asked for,
 * so that nobody waits who keeps to the rate. While the bucket is empty all are refused here, so
 * that a tenant at its limit costs nobody anything.
 *
 * <p>Those who wait for the bucket's answer are served in the order in which they came; one
 * question is under way at a time. Any thread.
 */
final class RateQuota {

  /** Of something that is not limited. */
  private static final long NONE = 0;

  /** Of a slice; with less left the next is asked for. */
  private static final int LOW = 4;

  private static final Future<Void> GRANTED = Future.succeededFuture();

  private record Waiting(TokenBucket.Tokens needed, Promise<Void> promise) {}

  private final TenantLimits limits;
  private final TokenBucket.Tokens slice;
  private final long pause;
  private final BiFunction<TokenBucket.Tokens, TokenBucket.Tokens, Future<TokenBucket.TakeResult>>
      bucket;
  private final Supplier<Promise<Void>> promises;
  private final LongSupplier clock;

  private final ArrayDeque<Waiting> queue = new ArrayDeque<>();
  private long events;
  private long bytes;
  private boolean asks;
  private boolean empty;

  /** The last answer was less than was wanted: it is not asked sooner than somebody waits. */
  private boolean scarce;

  /** By the clock; has a meaning while it is empty. */
  private long until;

  /**
   * @param slice how much of a second's rate is taken at a time, and how long is not asked again
   * @param bucket takes what is needed, and up to what is wanted
   * @param promises makes one whose future completes where it is made
   * @param clock in nanoseconds
   */
  RateQuota(
      TenantLimits limits,
      Duration slice,
      BiFunction<TokenBucket.Tokens, TokenBucket.Tokens, Future<TokenBucket.TakeResult>> bucket,
      Supplier<Promise<Void>> promises,
      LongSupplier clock) {
    this.limits = limits;
    this.slice =
        new TokenBucket.Tokens(
            slice(limits.events(), limits.burst(), slice),
            slice(limits.bytes(), limits.burst(), slice));
    this.pause = slice.toNanos();
    this.bucket = bucket;
    this.promises = promises;
    this.clock = clock;
  }

  private static long slice(long rate, Duration burst, Duration slice) {
    return rate == TenantLimits.UNLIMITED
        ? NONE
        : TokenBucket.size(rate, slice.compareTo(burst) < 0 ? slice : burst);
  }

  /** Of what has a limit. */
  private TokenBucket.Tokens needed(int events, long bytes) {
    return new TokenBucket.Tokens(
        limits.events() == TenantLimits.UNLIMITED ? NONE : events,
        limits.bytes() == TenantLimits.UNLIMITED ? NONE : bytes);
  }

  /**
   * For how long nothing will be had, in nanoseconds; 0 if that is not known. Costs nothing, so
   * that a request is refused before its body is read.
   */
  synchronized long refusal() {
    if (!empty
        || limits.events() != TenantLimits.UNLIMITED && events > 0
        || limits.bytes() != TenantLimits.UNLIMITED && bytes > 0) {
      return 0;
    }
    long left = until - clock.getAsLong();
    return Math.max(0, left);
  }

  /**
   * Takes what an append needs.
   *
   * @return fails with {@link RateException} if there is not as much, and as the bucket does
   */
  Future<Void> take(int events, long bytes) {
    TokenBucket.Tokens needed = needed(events, bytes);
    Future<Void> taken;
    synchronized (this) {
      if (queue.isEmpty() && grant(needed)) {
        if (asks || scarce || !isLow()) {
          return GRANTED;
        }
        taken = GRANTED;
      } else {
        long left = empty ? until - clock.getAsLong() : 0;
        if (left > 0) {
          return Future.failedFuture(new RateException(left));
        }
        empty = false;
        var waiting = new Waiting(needed, promises.get());
        queue.add(waiting);
        taken = waiting.promise().future();
        if (asks) {
          return taken;
        }
      }
      asks = true;
    }
    ask();
    return taken;
  }

  /** Called with the lock held. */
  private boolean isLow() {
    return isLow(events, slice.events()) || isLow(bytes, slice.bytes());
  }

  private static boolean isLow(long left, long slice) {
    return slice > NONE && left < Math.max(1, slice / LOW);
  }

  /** Called with the lock held. */
  private boolean grant(TokenBucket.Tokens needed) {
    if (events < needed.events() || bytes < needed.bytes()) {
      return false;
    }
    events -= needed.events();
    bytes -= needed.bytes();
    return true;
  }

  /**
   * For the first of those who wait, and as many behind it as there may be tokens for; if nobody
   * does, for what is low.
   */
  private void ask() {
    TokenBucket.Tokens needed;
    TokenBucket.Tokens wanted;
    boolean ahead;
    synchronized (this) {
      Waiting first = queue.peek();
      ahead = first == null;
      if (first == null) {
        boolean lowEvents = isLow(events, slice.events());
        boolean lowBytes = isLow(bytes, slice.bytes());
        needed = new TokenBucket.Tokens(lowEvents ? 1 : NONE, lowBytes ? 1 : NONE);
        wanted =
            new TokenBucket.Tokens(
                lowEvents ? slice.events() - events : NONE,
                lowBytes ? slice.bytes() - bytes : NONE);
      } else {
        long lackEvents = Math.max(0, first.needed().events() - events);
        long lackBytes = Math.max(0, first.needed().bytes() - bytes);
        needed = new TokenBucket.Tokens(lackEvents, lackBytes);
        long allEvents = -events;
        long allBytes = -bytes;
        for (Waiting one : queue) {
          allEvents += one.needed().events();
          allBytes += one.needed().bytes();
        }
        wanted =
            new TokenBucket.Tokens(
                Math.max(slice.events(), allEvents), Math.max(slice.bytes(), allBytes));
      }
    }
    IsolatedCall.begin(() -> bucket.apply(needed, wanted))
        .onComplete(done -> answered(done, needed, wanted, ahead));
  }

  /**
   * What came of a question.
   *
   * @param ahead whether nobody waited when it was asked: then who has come meanwhile is not
   *     refused by it, and asks for itself
   */
  private void answered(
      AsyncResult<TokenBucket.TakeResult> done,
      TokenBucket.Tokens needed,
      TokenBucket.Tokens wanted,
      boolean ahead) {
    var served = new ArrayDeque<Waiting>();
    var refused = new ArrayDeque<Waiting>();
    Throwable failure = done.cause();
    boolean more;
    synchronized (this) {
      TokenBucket.TakeResult result = done.result();
      if (failure == null && result.waitNanos() > 0) {
        long wait = Math.max(result.waitNanos(), pause);
        empty = !ahead || queue.isEmpty();
        until = clock.getAsLong() + wait;
        failure = new RateException(wait);
      } else if (failure == null) {
        scarce =
            isLess(result.taken().events(), needed.events(), wanted.events())
                || isLess(result.taken().bytes(), needed.bytes(), wanted.bytes());
        events += result.taken().events();
        bytes += result.taken().bytes();
        while (!queue.isEmpty() && grant(queue.element().needed())) {
          served.add(queue.remove());
        }
      }
      if (failure != null) {
        scarce = true;
        if (!ahead) {
          refused.addAll(queue);
          queue.clear();
        }
      }
      more = !queue.isEmpty();
      asks = more;
    }
    served.forEach(one -> settle(one, null));
    for (Waiting one : refused) {
      settle(one, failure);
    }
    if (more) {
      ask();
    }
  }

  /** What is not needed is not given. */
  private static boolean isLess(long taken, long needed, long wanted) {
    return needed > NONE && taken < wanted;
  }

  private static void settle(Waiting one, @Nullable Throwable failure) {
    IsolatedCall.settle(
        one.promise(), failure == null ? Future.succeededFuture() : Future.failedFuture(failure));
  }
}
