package penstock.sink.webhook;

import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Asks a receiver whether it wants to be delivered to, and how often.
 *
 * @param origin by which this sender is known
 * @param rate requests a minute that are asked for
 * @see <a
 *     href="https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/http-webhook.md#4-abuse-protection">CloudEvents,
 *     HTTP webhooks, abuse protection</a>
 */
record WebhookHandshake(String origin, OptionalInt rate) {

  private static final String REQUEST_ORIGIN = "WebHook-Request-Origin";
  private static final String REQUEST_RATE = "WebHook-Request-Rate";
  private static final String ALLOWED_ORIGIN = "WebHook-Allowed-Origin";
  private static final String ALLOWED_RATE = "WebHook-Allowed-Rate";
  private static final String ALL = "*";

  /** More digits would not be a number; it is as good as no limit. */
  private static final int MOST_DIGITS = 9;

  WebhookRequest request(MultiMap own) {
    MultiMap headers = MultiMap.caseInsensitiveMultiMap().set(REQUEST_ORIGIN, origin);
    rate.ifPresent(perMinute -> headers.set(REQUEST_RATE, Integer.toString(perMinute)));
    return new WebhookRequest(HttpMethod.OPTIONS, headers, own, Buffer.buffer());
  }

  /**
   * Requests a minute that the receiver agrees to, if it sets a bound; fails if it does not agree.
   */
  Future<OptionalInt> agreed(WebhookAnswer answer) {
    String allowed = answer.headers().get(ALLOWED_ORIGIN);
    if (!answer.isSuccess()) {
      return refused("answered the handshake with " + answer.status());
    }
    if (allowed == null || !allowed.equals(ALL) && !allowed.equalsIgnoreCase(origin)) {
      return refused("does not agree to be delivered to by " + origin);
    }
    String granted = answer.headers().get(ALLOWED_RATE);
    if (granted == null || granted.strip().equals(ALL)) {
      return Future.succeededFuture(rate);
    }
    OptionalInt bound = number(granted.strip());
    if (bound.isEmpty() || bound.getAsInt() == 0) {
      return refused("agrees to no rate of requests that could be read");
    }
    return Future.succeededFuture(least(bound, rate));
  }

  private static OptionalInt least(OptionalInt bound, OptionalInt asked) {
    return asked.isPresent() && asked.getAsInt() < bound.getAsInt() ? asked : bound;
  }

  private static OptionalInt number(String text) {
    if (text.isEmpty() || !text.chars().allMatch(one -> one >= '0' && one <= '9')) {
      return OptionalInt.empty();
    }
    return OptionalInt.of(text.length() > MOST_DIGITS ? Integer.MAX_VALUE : Integer.parseInt(text));
  }

  private static <T extends @Nullable Object> Future<T> refused(String why) {
    return Future.failedFuture("the receiver " + why);
  }
}
