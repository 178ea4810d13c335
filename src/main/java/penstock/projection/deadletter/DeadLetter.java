package penstock.projection.deadletter;

import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import penstock.projection.ProjectionShard;
import penstock.projection.RawRecord;
import penstock.stream.Position;

/**
 * A dead letter: an event that was set aside, and why. Its envelope comes first and is known by its
 * place, since the event's attributes may have any name.
 *
 * @param id its place among the dead letters of its partition
 * @param event its position is the one that it has, or had, in the log
 */
public record DeadLetter(
    Position id, String view, String generation, String reason, RawRecord event) {

  private static final int VIEW = 1;
  private static final int GENERATION = 3;
  private static final int REASON = 5;
  private static final int POSITION = 7;
  private static final int ENVELOPE = 8;

  /** Reads one entry of the stream of dead letters. */
  static DeadLetter of(Response entry) {
    Response fields = entry.get(1);
    return new DeadLetter(
        Position.parse(entry.get(0).toString()),
        fields.get(VIEW).toString(),
        fields.get(GENERATION).toString(),
        fields.get(REASON).toString(),
        new RawRecord(Position.parse(fields.get(POSITION).toString()), fields, ENVELOPE));
  }

  /** Adds one that is to be made to the arguments of {@code commit.lua}: their number, then all. */
  public static void write(Request request, ProjectionShard shard, String reason, RawRecord event) {
    String[] envelope = {
      "view", shard.view().name().value(),
      "generation", shard.generation().id(),
      "reason", reason,
      "position", event.position().toString()
    };
    request.arg(envelope.length + event.fields().size());
    for (String word : envelope) {
      request.arg(word);
    }
    for (Response field : event.fields()) {
      request.arg(field.toBuffer());
    }
  }

  public boolean isOf(ProjectionShard shard) {
    return view.equals(shard.view().name().value()) && generation.equals(shard.generation().id());
  }
}
