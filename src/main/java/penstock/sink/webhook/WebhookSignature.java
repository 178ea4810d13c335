package penstock.sink.webhook;

import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The three headers by which a receiver knows that a request is from here, is of now, and whether
 * it had it before.
 *
 * @param keys all of them sign, so that a receiver may have an old one or a new one; none means
 *     that nothing is signed
 */
record WebhookSignature(List<SigningKey> keys) {

  static final String ID = "webhook-id";
  static final String TIMESTAMP = "webhook-timestamp";
  static final String SIGNATURE = "webhook-signature";

  /**
   * Adds the headers of one attempt.
   *
   * @param id of the delivery, without a full stop
   * @param now when the attempt is made
   * @param body as it is sent
   */
  void sign(MultiMap headers, String id, Instant now, Buffer body) {
    String timestamp = Long.toString(now.getEpochSecond());
    headers.set(ID, id).set(TIMESTAMP, timestamp);
    if (!keys.isEmpty()) {
      byte[] content =
          Buffer.buffer(id.length() + timestamp.length() + 2 + body.length())
              .appendBytes((id + '.' + timestamp + '.').getBytes(StandardCharsets.US_ASCII))
              .appendBuffer(body)
              .getBytes();
      headers.set(
          SIGNATURE, keys.stream().map(key -> key.sign(content)).collect(Collectors.joining(" ")));
    }
  }
}
