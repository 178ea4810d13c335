package penstock.view.read;

import io.quarkus.runtime.Startup;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import penstock.problem.IsolatedCall;
import penstock.problem.Problem;
import penstock.problem.ProblemType;
import penstock.redis.Keys;
import penstock.redis.RedisLink;
import penstock.redis.RedisLinks;
import penstock.stream.Position;
import penstock.view.ViewsConfig;

/**
 * Lets requests wait until a view has applied what they ask for. This instance's workers report
 * what they applied; for those of others, one look at Redis serves all that wait for the same view
 * and partition. Nothing is looked at while nobody waits.
 */
@ApplicationScoped
@Startup
public class ProgressWaiters {

  private static final Duration SOON = Duration.ofSeconds(1);

  private final Vertx vertx;
  private final RedisLink link;

  /** What was applied is read at a replica, which may not have it yet. */
  private final boolean elsewhere;

  private final ViewsConfig config;
  private final AtomicInteger waiting = new AtomicInteger();
  private final Map<String, Waiters> waitersByKey = new ConcurrentHashMap<>();

  @Inject
  public ProgressWaiters(Vertx vertx, RedisLinks links, EntryReader entries, ViewsConfig config) {
    this.vertx = vertx;
    this.elsewhere = links.readsReplicas();
    this.link = elsewhere ? entries.link() : links.open("progress");
    this.config = config;
  }

  /** A worker has applied all up to a position. May be called on any thread; does not block. */
  public void applied(Keys.OfView view, String life, Position position) {
    Waiters those = waitersByKey.get(view.state());
    if (those != null && elsewhere) {
      those.look();
    } else if (those != null) {
      those.applied(life, position);
    }
  }

  /**
   * Completes when a generation's partition has applied the position; fails with a problem if it
   * has not after {@code wait}, or if too many wait already.
   *
   * @param life of the log that the position is of
   */
  Future<Void> reached(Keys.OfView view, String life, Position position, Duration wait) {
    if (waiting.incrementAndGet() > config.maxWaiting()) {
      waiting.decrementAndGet();
      return Future.failedFuture(
          Problem.passing(
                  ProblemType.TOO_BUSY,
                  "Too many requests wait for views already. Retry later.",
                  SOON)
              .exception());
    }
    Promise<Void> promise = Promise.promise();
    var waiter = new Waiter(life, position, promise);
    Waiters those =
        waitersByKey.compute(
            view.state(),
            (key, present) -> {
              Waiters joined = present == null ? new Waiters(key) : present;
              joined.add(waiter);
              return joined;
            });
    Future<Void> answer =
        promise
            .future()
            .onComplete(
                done -> {
                  waiting.decrementAndGet();
                  leave(view.state(), waiter);
                });
    those
        .look()
        .onComplete(
            looked -> {
              long millis = wait.toMillis();
              if (millis <= 0) {
                IsolatedCall.settle(promise, Future.failedFuture(late()));
              } else if (!promise.future().isComplete()) {
                long timer = vertx.setTimer(millis, expired -> promise.tryFail(late()));
                promise.future().onComplete(done -> vertx.cancelTimer(timer));
              }
            });
    return answer;
  }

  /** How many requests wait now. */
  int waiting() {
    return waiting.get();
  }

  private void leave(String key, Waiter waiter) {
    waitersByKey.computeIfPresent(key, (same, those) -> those.remove(waiter) ? null : those);
  }

  private static RuntimeException late() {
    return Problem.passing(
            ProblemType.NOT_YET_APPLIED,
            "The view has not applied this cursor within the time given by 'wait'. Retry, or wait longer.",
            SOON)
        .exception();
  }

  private record Waiter(String life, Position position, Promise<Void> promise) {}

  /** Those that wait for one partition of one generation. */
  private final class Waiters {

    private final String key;
    private final Set<Waiter> waiters = new HashSet<>();
    private final long timer;

    Waiters(String key) {
      this.key = key;
      this.timer = vertx.setPeriodic(Math.max(1, config.pollInterval().toMillis()), tick -> look());
    }

    synchronized void add(Waiter waiter) {
      waiters.add(waiter);
    }

    /** Whether it was the last one. */
    synchronized boolean remove(Waiter waiter) {
      waiters.remove(waiter);
      if (waiters.isEmpty()) {
        vertx.cancelTimer(timer);
        return true;
      }
      return false;
    }

    Future<Void> look() {
      return link.send(Command.HMGET, key, "applied", "life")
          .map(
              state -> {
                if (state.get(0) != null && state.get(1) != null) {
                  applied(state.get(1).toString(), Position.parse(state.get(0).toString()));
                }
                return null;
              });
    }

    void applied(String life, Position position) {
      List<Waiter> content = new ArrayList<>();
      synchronized (this) {
        for (Waiter waiter : waiters) {
          if (waiter.life.equals(life) && !waiter.position.isAfter(position)) {
            content.add(waiter);
          }
        }
      }
      content.forEach(waiter -> IsolatedCall.settle(waiter.promise, Future.succeededFuture()));
    }
  }
}
