package penstock.sink.worker;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import penstock.sink.Delivery;
import penstock.sink.Outcome;
import penstock.sink.SinkTarget;

/** A receiver that answers as a test says, and remembers what it was given. */
final class ScriptedTarget implements SinkTarget {

  final List<Delivery> received = new CopyOnWriteArrayList<>();
  final List<List<Delivery>> batches = new CopyOnWriteArrayList<>();
  final List<Held> held = new CopyOnWriteArrayList<>();
  volatile Function<Delivery, Outcome> answer = delivery -> Outcome.DELIVERED;
  volatile boolean holds;
  volatile Future<Void> ready = Future.succeededFuture();

  /** A request that is not answered yet. */
  record Held(List<Delivery> batch, Promise<List<Outcome>> promise) {
    void answer(Outcome outcome) {
      promise.complete(batch.stream().map(one -> outcome).toList());
    }
  }

  @Override
  public Future<Void> prepare() {
    return ready;
  }

  @Override
  public Future<List<Outcome>> deliver(List<Delivery> deliveries) {
    received.addAll(deliveries);
    batches.add(deliveries);
    if (holds) {
      Promise<List<Outcome>> promise = Promise.promise();
      held.add(new Held(deliveries, promise));
      return promise.future();
    }
    var outcomes = new ArrayList<Outcome>();
    deliveries.forEach(one -> outcomes.add(answer.apply(one)));
    return Future.succeededFuture(outcomes);
  }

  List<String> subjects() {
    return received.stream().map(one -> "" + one.event().subject()).toList();
  }

  List<String> ids() {
    return received.stream().map(one -> one.event().id()).toList();
  }
}
