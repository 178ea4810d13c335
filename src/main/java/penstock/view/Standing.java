package penstock.view;

import io.vertx.redis.client.Response;
import java.util.List;
import org.jspecify.annotations.Nullable;
import penstock.stream.Cursor;
import penstock.stream.LogState;
import penstock.stream.Partition;
import penstock.stream.Position;
import penstock.stream.Term;

/**
 * How far a generation's partition was at the moment of a read.
 *
 * @param applied the last position that it took in, or zero; of the log's present life
 * @param life of the log; null if there is none yet
 */
record Standing(Position applied, @Nullable String life, @Nullable Term term) {

  /** Reads the four elements that the scripts of this package begin their results with. */
  static Standing of(Response reply) {
    String logLife = text(reply.get(2));
    String term = text(reply.get(3));
    boolean sameLife = logLife != null && logLife.equals(text(reply.get(1)));
    return new Standing(
        sameLife ? Position.parse(reply.get(0).toString()) : Position.ZERO,
        logLife,
        term == null ? null : Term.parse(term));
  }

  private static @Nullable String text(@Nullable Response value) {
    return value == null ? null : value.toString();
  }

  /** The cursor of the stream up to which the view has applied all; null if there is no log yet. */
  static @Nullable Cursor cursor(Partition partition, Standing standing) {
    if (standing.life == null || standing.term == null) {
      return null;
    }
    LogState log =
        new LogState(standing.life, List.of(standing.term), Position.ZERO, standing.applied, 0, 0);
    return Cursor.ofStream(partition.stream(), List.of(log), List.of(standing.applied));
  }
}
