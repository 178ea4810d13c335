package penstock.ingest;

import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import penstock.event.Event;
import penstock.event.PlainDefaults;
import penstock.problem.Problem;
import penstock.problem.ProblemException;
import penstock.problem.ProblemType;

/**
 * What a request says of its event beside the body, for plain JSON. One of CloudEvents says it in
 * its events, and must not say it here again, where nobody would heed it.
 */
final class PlainRequest implements Supplier<PlainDefaults> {

  private final String stream;
  private final Optional<String> type;
  private final Optional<String> source;
  private final Optional<String> subject;
  private final @Nullable String key;
  private volatile boolean plain;

  /**
   * @param stream as the caller calls it
   */
  PlainRequest(
      String stream,
      Optional<String> type,
      Optional<String> source,
      Optional<String> subject,
      @Nullable String key) {
    this.stream = stream;
    this.type = type;
    this.source = source;
    this.subject = subject;
    this.key = IdempotencyKey.of(key);
  }

  /** The request is plain JSON. */
  @Override
  public PlainDefaults get() {
    plain = true;
    return new PlainDefaults(
        type.orElseThrow(
            () ->
                ProblemException.ofParameter(
                    "type", "is required for plain JSON: it is the event's type")),
        source.orElse("/streams/" + stream),
        subject.orElse(null),
        key);
  }

  /**
   * The request has been read.
   *
   * @throws ProblemException if it says what has no meaning for its events
   */
  void check() {
    if (!plain) {
      refuse("type", type);
      refuse("source", source);
      refuse("subject", subject);
    }
  }

  private static void refuse(String name, Optional<String> given) {
    if (given.isPresent()) {
      throw ProblemException.ofParameter(
          name, "is for plain JSON: an event of CloudEvents has its own");
    }
  }

  /** Whether its event can be one that the sender gave the key of another. */
  boolean hasKey() {
    return plain && key != null;
  }

  /**
   * The event's key is that of one in the log.
   *
   * @throws ProblemException if that one is another event
   */
  static void requireSame(Event event, Event first) {
    if (!event.type().equals(first.type())
        || !Objects.equals(event.subject(), first.subject())
        || !event.data().equals(first.data())) {
      throw Problem.of(
              ProblemType.IDEMPOTENCY_KEY_REUSED,
              "Nothing was written: an event came with this Idempotency-Key before, and it had another type, subject or"
                  + " body. Send another event with a key of its own.")
          .exception();
    }
  }
}
