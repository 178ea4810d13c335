package penstock.view.read;

import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import penstock.stream.Cursor;
import penstock.stream.CursorScope;
import penstock.stream.PartitionPosition;
import penstock.stream.Position;
import penstock.stream.StreamName;
import penstock.stream.Term;

/**
 * How far a generation's partition was at the moment of a read.
 *
 * @param applied the last position that it took in, or zero; of the log's present life
 * @param life of the log; null if there is none yet
 */
record ShardProgress(Position applied, @Nullable String life, @Nullable Term term) {

  /** Reads the four elements that the scripts of this package begin their results with. */
  static ShardProgress of(Response reply) {
    String logLife = text(reply.get(2));
    String term = text(reply.get(3));
    boolean sameLife = logLife != null && logLife.equals(text(reply.get(1)));
    return new ShardProgress(
        sameLife ? Position.parse(reply.get(0).toString()) : Position.ZERO,
        logLife,
        term == null ? null : Term.parse(term));
  }

  private static @Nullable String text(@Nullable Response value) {
    return value == null ? null : value.toString();
  }

  /**
   * The cursor of the stream up to which the view has applied all. It says nothing of partitions
   * that have no log yet.
   *
   * @param all one for each partition, in order
   */
  static Cursor cursor(StreamName stream, List<ShardProgress> all) {
    CursorScope scope = CursorScope.ofStream(stream, List.of());
    var places = new ArrayList<PartitionPosition>(all.size());
    for (ShardProgress progress : all) {
      if (progress.life == null || progress.term == null) {
        places.add(PartitionPosition.NOWHERE);
      } else {
        scope = scope.toggle(places.size(), progress.life);
        places.add(
            new PartitionPosition(progress.term.number(), progress.term.bits(), progress.applied));
      }
    }
    return new Cursor(scope, places);
  }
}
