package penstock.redis;

import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import penstock.problem.IsolatedCall;
import penstock.redis.topology.ServerAddress;

/**
 * A command, or two, on the way to whichever node has its slot. Belongs to its {@link SlotLane},
 * but for what it sends.
 *
 * @param <T> what it is answered
 */
final class SlotCall<T> {

  /**
   * Sends it once.
   *
   * @param <T> what it is answered
   */
  interface Sending<T> {

    /**
     * @param asking the node does not have its slot yet
     */
    Future<T> over(NodeLink link, boolean asking);
  }

  private final Sending<T> sending;
  private final Promise<T> answer;
  private final long since;

  /** Its place among those of its lane. */
  private long order;

  private int attempts;
  private @Nullable ServerAddress sentTo;
  private @Nullable ServerAddress asked;

  /**
   * @param since when it was given here, in nanoseconds
   */
  SlotCall(Sending<T> sending, Promise<T> answer, long since) {
    this.sending = sending;
    this.answer = answer;
    this.since = since;
  }

  long order() {
    return order;
  }

  void placed(long at) {
    order = at;
  }

  /** One more attempt begins, wherever it leads. */
  void begun() {
    attempts++;
    sentTo = null;
  }

  int attempts() {
    return attempts;
  }

  /** Where it was sent last; null if nowhere. */
  @Nullable ServerAddress sentTo() {
    return sentTo;
  }

  /** The next time it goes to that node, which does not have its slot yet. */
  void ask(ServerAddress node) {
    asked = node;
  }

  /** The node that it is to ask once, if there is one. */
  @Nullable ServerAddress asked() {
    return asked;
  }

  long millisSince() {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - since);
  }

  /** Begins to send it. */
  Future<T> sendOver(NodeLink link, ServerAddress to) {
    sentTo = to;
    boolean asking = to.equals(asked);
    asked = null;
    return IsolatedCall.begin(() -> sending.over(link, asking));
  }

  void settle(AsyncResult<T> outcome) {
    IsolatedCall.settle(answer, outcome);
  }
}
