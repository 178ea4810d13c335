package penstock.ingest;

import io.netty.util.concurrent.EventExecutor;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import penstock.problem.IsolatedCall;

/**
 * The answers to the requests of one append: each is given on its own event loop, in one task for
 * all that share the loop, and none is kept from another by what is thrown.
 */
final class AppendAnswers {

  private final Map<EventExecutor, List<Runnable>> byLoop = new IdentityHashMap<>();

  /**
   * @param outcome of the request, made on its event loop
   */
  void add(PendingAppend request, Supplier<Future<PartitionAck>> outcome) {
    byLoop
        .computeIfAbsent(request.loop, loop -> new ArrayList<>())
        .add(() -> IsolatedCall.settle(request.promise, IsolatedCall.begin(outcome)));
  }

  void give() {
    byLoop.forEach(
        (loop, tasks) -> IsolatedCall.run(() -> loop.execute(() -> tasks.forEach(Runnable::run))));
  }
}
