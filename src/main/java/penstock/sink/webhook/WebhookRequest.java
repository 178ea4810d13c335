package penstock.sink.webhook;

import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;

/**
 * What is sent to a receiver.
 *
 * @param own headers of the operator, which may be secret: not for another host
 */
record WebhookRequest(HttpMethod method, MultiMap headers, MultiMap own, Buffer body) {

  WebhookRequest forAnotherHost() {
    return new WebhookRequest(method, headers, MultiMap.caseInsensitiveMultiMap(), body);
  }
}
