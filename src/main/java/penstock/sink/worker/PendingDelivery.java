package penstock.sink.worker;

import org.jspecify.annotations.Nullable;
import penstock.event.Event;
import penstock.stream.Position;
import penstock.stream.log.RawRecord;

/** An event of the log on its way to the receiver. Belongs to whoever has its task's turn. */
final class PendingDelivery {

  private final Position position;
  private final KeyQueue queue;
  private @Nullable RawRecord record;
  private @Nullable Event event;
  private int bytes;
  int attempts;

  /** When the first attempt was made, and when the next one may be, by {@link System#nanoTime}. */
  long first;

  long due;

  /** Whether the last attempt did not go through. */
  boolean failed;

  boolean inFlight;

  /** It stands among the open events in Redis. */
  boolean open;

  boolean done;

  /** Why it is set aside; null if it is not. */
  @Nullable String refusal;

  PendingDelivery(Position position, KeyQueue queue) {
    this.position = position;
    this.queue = queue;
  }

  Position position() {
    return position;
  }

  KeyQueue queue() {
    return queue;
  }

  void hold(RawRecord read, @Nullable Event readable) {
    record = read;
    event = readable;
    bytes = read.bytes();
  }

  /** Null if it must be read from the log again. */
  @Nullable RawRecord record() {
    return record;
  }

  @Nullable Event event() {
    return event;
  }

  /** Of what is held. */
  int bytes() {
    return record == null ? 0 : bytes;
  }

  void letGo() {
    record = null;
    event = null;
  }
}
