package penstock.feed;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What readers of a view wait for: equal requests that wait at the same time are read once. Belongs
 * to the ring's event loop.
 */
final class PendingViewReads {

  /** One that waits, and the keys whose changes it wants: null for all. */
  private record Waiter(@Nullable Set<String> keys, Consumer<ViewAnswer> answer) {}

  /** A request and those who made it. */
  record Read(ViewAsk ask, List<Waiter> waiters) {

    /** The keys whose changes each wants; null for all. */
    List<@Nullable Set<String>> keys() {
      var keys = new ArrayList<@Nullable Set<String>>();
      waiters.forEach(waiter -> keys.add(waiter.keys()));
      return keys;
    }

    void answer(ViewAnswer answer) {
      waiters.forEach(waiter -> waiter.answer().accept(answer));
    }
  }

  private final Map<ViewAsk, List<Waiter>> waiting = new LinkedHashMap<>();

  boolean isEmpty() {
    return waiting.isEmpty();
  }

  /**
   * @param keys whose changes the reader wants; null for all
   * @param answer is given it once
   */
  void add(ViewAsk ask, @Nullable Set<String> keys, Consumer<ViewAnswer> answer) {
    waitingFor(ask).add(new Waiter(keys, answer));
  }

  /** It could not be read: its readers wait again, with those who asked the same meanwhile. */
  void addAgain(Read read) {
    waitingFor(read.ask()).addAll(read.waiters());
  }

  private List<Waiter> waitingFor(ViewAsk ask) {
    return waiting.computeIfAbsent(ask, absent -> new ArrayList<>());
  }

  /** Takes out the request that has waited longest; there must be one. */
  Read next() {
    ViewAsk ask = waiting.keySet().iterator().next();
    return new Read(ask, waiting.remove(ask));
  }

  void answerAll(ViewAnswer answer) {
    List<List<Waiter>> all = List.copyOf(waiting.values());
    waiting.clear();
    all.forEach(waiters -> waiters.forEach(waiter -> waiter.answer().accept(answer)));
  }
}
