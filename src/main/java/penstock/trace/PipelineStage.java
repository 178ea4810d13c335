package penstock.trace;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.SpanKind;

/**
 * What happens to events on their way, as OpenTelemetry's conventions for messaging have it where
 * they have it.
 *
 * @see <a href="https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans/">Messaging
 *     spans</a>
 */
public enum PipelineStage {
  /** A group commit to a stream's log. */
  APPEND("append", SpanKind.PRODUCER, "messaging.destination.name", true),
  /** A batch of a view's worker, from its fold to the reply of its commit. */
  APPLY("apply", SpanKind.CONSUMER, "penstock.view", true),
  /** Live events written to the readers of a stream that one event loop serves. */
  DELIVER("deliver", SpanKind.PRODUCER, "messaging.destination.name", true),
  /** A request to the receiver of a sink, up to its answer. */
  SEND("send", SpanKind.PRODUCER, "penstock.sink", true),
  /** A page of older events read for readers who are behind: their traces may be long over. */
  REPLAY("replay", SpanKind.PRODUCER, "messaging.destination.name", false);

  static final AttributeKey<Long> EVENTS = AttributeKey.longKey("messaging.batch.message_count");

  private final String operation;
  private final SpanKind kind;
  private final AttributeKey<String> subject;
  private final boolean partOfItsCause;

  PipelineStage(String operation, SpanKind kind, String subject, boolean partOfItsCause) {
    this.operation = operation;
    this.kind = kind;
    this.subject = AttributeKey.stringKey(subject);
    this.partOfItsCause = partOfItsCause;
  }

  String operation() {
    return operation;
  }

  SpanKind kind() {
    return kind;
  }

  AttributeKey<String> subject() {
    return subject;
  }

  boolean isPartOfItsCause() {
    return partOfItsCause;
  }
}
