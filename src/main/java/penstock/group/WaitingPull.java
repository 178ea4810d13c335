package penstock.group;

import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;

/** A pull that was not answered yet. Belongs to its {@link PullQueue}'s event loop. */
final class WaitingPull {

  private final PullRequest request;
  private final Promise<List<PulledMessage>> promise = Promise.promise();
  private final List<PulledMessage> messages = new ArrayList<>();

  /** Rounds that brought it nothing, since the filter let nothing pass. */
  private int vain;

  private boolean cancelled;
  private boolean expired;
  private long timer = -1;

  WaitingPull(PullRequest request) {
    this.request = request;
  }

  PullRequest request() {
    return request;
  }

  Promise<List<PulledMessage>> promise() {
    return promise;
  }

  List<PulledMessage> messages() {
    return messages;
  }

  int missing() {
    return request.wanted() - messages.size();
  }

  boolean isSatisfied() {
    return !messages.isEmpty();
  }

  void roundWasVain() {
    vain++;
  }

  int vain() {
    return vain;
  }

  /** Its client is gone. */
  void cancel() {
    cancelled = true;
  }

  boolean isCancelled() {
    return cancelled;
  }

  /** It has waited as long as it was to. */
  void expire() {
    expired = true;
  }

  boolean isExpired() {
    return expired;
  }

  void timer(long id) {
    timer = id;
  }

  long timer() {
    return timer;
  }
}
