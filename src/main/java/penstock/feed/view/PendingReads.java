package penstock.feed.view;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import penstock.problem.IsolatedCall;

/**
 * What readers of a view wait for: equal requests that wait at the same time are read once. Belongs
 * to the channel's event loop.
 */
final class PendingReads {

  /** One that waits, and the keys whose changes it wants: null for all. */
  private record Waiter(@Nullable Set<String> keys, Consumer<ViewReadResult> answer) {

    void give(ViewReadResult given) {
      IsolatedCall.run(() -> answer.accept(given));
    }
  }

  /** A request and those who made it. */
  record Read(ViewReadRequest ask, List<Waiter> waiters) {

    /** The keys whose changes each wants; null for all. */
    List<@Nullable Set<String>> keys() {
      var keys = new ArrayList<@Nullable Set<String>>();
      waiters.forEach(waiter -> keys.add(waiter.keys()));
      return keys;
    }

    void answer(ViewReadResult answer) {
      waiters.forEach(waiter -> waiter.give(answer));
    }
  }

  private final SequencedMap<ViewReadRequest, List<Waiter>> waiting = new LinkedHashMap<>();

  boolean isEmpty() {
    return waiting.isEmpty();
  }

  /**
   * @param keys whose changes the reader wants; null for all
   * @param answer is given it once
   */
  void add(ViewReadRequest ask, @Nullable Set<String> keys, Consumer<ViewReadResult> answer) {
    waitingFor(ask).add(new Waiter(keys, answer));
  }

  /** It could not be read: its readers wait again, with those who asked the same meanwhile. */
  void addAgain(Read read) {
    waitingFor(read.ask()).addAll(read.waiters());
  }

  private List<Waiter> waitingFor(ViewReadRequest ask) {
    return waiting.computeIfAbsent(ask, absent -> new ArrayList<>());
  }

  /** Takes out the request that has waited longest; null if there is none. */
  @Nullable Read next() {
    Map.Entry<ViewReadRequest, List<Waiter>> oldest = waiting.pollFirstEntry();
    return oldest == null ? null : new Read(oldest.getKey(), oldest.getValue());
  }

  void answerAll(ViewReadResult answer) {
    List<List<Waiter>> all = List.copyOf(waiting.values());
    waiting.clear();
    all.forEach(waiters -> waiters.forEach(waiter -> waiter.give(answer)));
  }
}
