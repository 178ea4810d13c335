package penstock.sink.webhook;

import io.vertx.core.MultiMap;

/**
 * What is known of a receiver's answer. Its body is of no interest: it may repeat the payload, and
 * is shown to nobody.
 */
record WebhookAnswer(int status, MultiMap headers) {

  private static final int GONE = 410;
  private static final int REQUEST_TIMEOUT = 408;
  private static final int TOO_EARLY = 425;
  private static final int TOO_MANY = 429;
  private static final int UNAVAILABLE = 503;

  boolean isSuccess() {
    return status / 100 == 2;
  }

  /** The receiver wants nothing any more. */
  boolean isGone() {
    return status == GONE;
  }

  /** What is no answer yet, though nothing that is known comes behind it. */
  boolean isInterim() {
    return status < 200;
  }

  /** It may be otherwise next time. */
  boolean isPassing() {
    return isInterim()
        || status / 100 == 5
        || status == REQUEST_TIMEOUT
        || status == TOO_EARLY
        || status == TOO_MANY;
  }

  /** The receiver is there, and has too much to do. */
  boolean isThrottling() {
    return status == TOO_MANY || status == UNAVAILABLE;
  }

  /** Too many requests is no sign that it is down. */
  boolean isFault() {
    return isPassing() && status != TOO_MANY;
  }

  /** A redirect that keeps method and body; the others would become a GET. */
  boolean isRepeatableRedirect() {
    return status == 307 || status == 308;
  }
}
