package penstock.projection;

import io.vertx.redis.client.Response;
import penstock.stream.Position;

/**
 * A dead letter: an event that was set aside, and why. Its envelope comes first and is known by its
 * place, since the event's attributes may have any name.
 *
 * @param id its place among the dead letters of its partition
 * @param event its position is the one that it has, or had, in the log
 */
record Letter(Position id, String view, String generation, String reason, Delivered event) {

  private static final int VIEW = 1;
  private static final int GENERATION = 3;
  private static final int REASON = 5;
  private static final int POSITION = 7;
  private static final int ENVELOPE = 8;

  /** Reads one entry of the stream of dead letters. */
  static Letter of(Response entry) {
    Response fields = entry.get(1);
    return new Letter(
        Position.parse(entry.get(0).toString()),
        fields.get(VIEW).toString(),
        fields.get(GENERATION).toString(),
        fields.get(REASON).toString(),
        new Delivered(Position.parse(fields.get(POSITION).toString()), fields, ENVELOPE));
  }

  boolean isOf(Assignment work) {
    return view.equals(work.view().name().value()) && generation.equals(work.generation().id());
  }
}
