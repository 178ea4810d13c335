package penstock.redis;

import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.function.Supplier;
import penstock.problem.IsolatedCall;
import penstock.problem.ProblemException;
import penstock.problem.ProblemType;

/**
 * What requests ask of one script. On each event loop, and of each thing that is asked (a
 * partition, say), one call is under way at a time: what comes meanwhile goes together as the next
 * one. There is no timer, so that a lone request waits for nothing, and many share the cost of a
 * call.
 *
 * <p>A batch that Redis refuses, in which case nothing of it was written, may have been refused for
 * one of its members: then each is sent by itself, so that the others do not suffer.
 *
 * <p>What waits is bounded as what is under way on a link. May be used from any thread; futures
 * complete on the caller's event loop and fail as {@link RedisLink} says.
 *
 * @param <K> what is asked
 * @param <T> what a request asks
 * @param <R> what it is told
 */
public final class BatchQueue<K, T, R> {

  /**
   * Sends one call of the script.
   *
   * @param <K> what is asked
   * @param <T> what a request asks
   * @param <R> what it is told
   */
  public interface Call<K, T, R> {

    /** Completes with one result for each member, in the same order. */
    Future<List<R>> send(RedisLink over, K what, List<T> batch);
  }

  private final LoopLinks links;
  private final Supplier<Predicate<T>> batches;
  private final Call<K, T, R> call;
  private final Map<Lane<K>, Line> lines = new ConcurrentHashMap<>();

  /**
   * @param batches begins a batch: the predicate is asked of each further member, in order, whether
   *     it may go with those before it. It is asked of the first one too, whatever it says.
   */
  public BatchQueue(LoopLinks links, Supplier<Predicate<T>> batches, Call<K, T, R> call) {
    this.links = links;
    this.batches = batches;
    this.call = call;
  }

  private record Lane<K>(RedisLink link, K what) {}

  private record Waiting<T, R>(T member, Promise<R> promise) {}

  /** Completes when the script has answered. */
  public Future<R> add(K what, T member) {
    Lane<K> lane = new Lane<>(links.here(), what);
    return lines.computeIfAbsent(lane, Line::new).add(member);
  }

  /** What is asked of one thing on one event loop. Forgotten while nothing is. */
  private final class Line {

    private final Lane<K> lane;
    private final ArrayDeque<Waiting<T, R>> queue = new ArrayDeque<>();
    private boolean underWay;

    Line(Lane<K> lane) {
      this.lane = lane;
    }

    Future<R> add(T member) {
      var waiting = new Waiting<T, R>(member, Promise.promise());
      List<Waiting<T, R>> batch;
      synchronized (this) {
        if (queue.size() >= lane.link().maxPending()) {
          return Future.failedFuture(RedisFailures.tooBusy());
        }
        queue.add(waiting);
        batch = underWay ? List.of() : next();
      }
      send(batch);
      return waiting.promise().future();
    }

    /** Called with the lock held. */
    private List<Waiting<T, R>> next() {
      var batch = new ArrayList<Waiting<T, R>>();
      Predicate<T> fits = batches.get();
      while (!queue.isEmpty() && (fits.test(queue.peek().member()) || batch.isEmpty())) {
        batch.add(queue.remove());
      }
      underWay = !batch.isEmpty();
      if (!underWay) {
        lines.remove(lane, this);
      }
      return batch;
    }

    private void send(List<Waiting<T, R>> batch) {
      if (batch.isEmpty()) {
        return;
      }
      begin(batch)
          .onComplete(
              done -> {
                if (batch.size() > 1 && isRefusal(done.cause())) {
                  alone(batch);
                } else {
                  goOn();
                  settle(batch, done);
                }
              });
    }

    /** Each by itself, one behind the other over the link. */
    private void alone(List<Waiting<T, R>> batch) {
      var sent = new ArrayList<Future<List<R>>>(batch.size());
      for (Waiting<T, R> one : batch) {
        sent.add(begin(List.of(one)).onComplete(done -> settle(List.of(one), done)));
      }
      Future.join(sent).onComplete(all -> goOn());
    }

    private void goOn() {
      List<Waiting<T, R>> batch;
      synchronized (this) {
        batch = next();
      }
      send(batch);
    }

    private Future<List<R>> begin(List<Waiting<T, R>> batch) {
      return IsolatedCall.begin(
          () -> call.send(lane.link(), lane.what(), batch.stream().map(Waiting::member).toList()));
    }

    private void settle(List<Waiting<T, R>> batch, AsyncResult<List<R>> done) {
      for (int i = 0; i < batch.size(); i++) {
        IsolatedCall.settle(
            batch.get(i).promise(),
            done.succeeded()
                ? Future.succeededFuture(done.result().get(i))
                : Future.failedFuture(done.cause()));
      }
    }
  }

  /** The script wrote nothing. */
  private static boolean isRefusal(Throwable failure) {
    return failure instanceof RedisReplyException
        || (failure instanceof ProblemException problem
            && problem.problem().type() == ProblemType.REDIS_FULL);
  }
}
