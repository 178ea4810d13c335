package penstock.stream.deadletter;

import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.Locale;
import penstock.stream.Position;
import penstock.stream.log.RawRecord;

/**
 * A dead letter: an event that was set aside, and why. Its envelope comes first and is known by its
 * place, since the event's attributes may have any name.
 *
 * @param id its place among the dead letters of its partition
 * @param owner what kind of consumer set it aside
 * @param consumer the name of the view, group or sink
 * @param occasion of a view its generation, of a group or a sink how often it had delivered the
 *     event
 * @param event its position is the one that it has, or had, in the log
 */
public record DeadLetter(
    Position id, Owner owner, String consumer, String occasion, String reason, RawRecord event) {

  private static final int OWNER = 0;
  private static final int CONSUMER = 1;
  private static final int OCCASION = 3;
  private static final int REASON = 5;
  private static final int POSITION = 7;
  private static final int ENVELOPE = 8;

  /** The kind of consumer; its name in lower case begins the envelope. */
  public enum Owner {
    VIEW("generation"),
    GROUP("deliveries"),
    SINK("attempts");

    private final String occasion;

    Owner(String occasion) {
      this.occasion = occasion;
    }

    /** What its occasion is called. */
    public String occasion() {
      return occasion;
    }

    private static Owner of(String word) {
      for (Owner owner : values()) {
        if (owner.toString().equals(word)) {
          return owner;
        }
      }
      throw new IllegalStateException("no kind of consumer: " + word);
    }

    /** As it stands in the envelope, in queries and in JSON. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Reads one entry of the stream of dead letters. */
  public static DeadLetter of(Response entry) {
    Response fields = entry.get(1);
    return new DeadLetter(
        Position.parse(entry.get(0).toString()),
        Owner.of(fields.get(OWNER).toString()),
        fields.get(CONSUMER).toString(),
        fields.get(OCCASION).toString(),
        fields.get(REASON).toString(),
        new RawRecord(Position.parse(fields.get(POSITION).toString()), fields, ENVELOPE));
  }

  /**
   * Adds one that is to be made to the arguments of a script: their number, then all.
   *
   * @param occasion as {@link #occasion} has it
   */
  public static void write(
      Request request,
      Owner owner,
      String consumer,
      String occasion,
      String reason,
      RawRecord event) {
    String[] envelope = {
      owner.toString(),
      consumer,
      owner.occasion(),
      occasion,
      "reason",
      reason,
      "position",
      event.position().toString()
    };
    request.arg(envelope.length + event.fields().size());
    for (String word : envelope) {
      request.arg(word);
    }
    for (Response field : event.fields()) {
      request.arg(field.toBuffer());
    }
  }

  public boolean isOf(Owner kind, String name, String when) {
    return owner == kind && consumer.equals(name) && occasion.equals(when);
  }
}
