package penstock.feed;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import penstock.stream.Cursor;
import penstock.stream.Position;
import penstock.stream.ResetReason;
import penstock.view.Generation;

/**
 * Answers what readers of a view ask, by a read of its own for each. Fails with {@link
 * ViewUnsettled} if the lane that it is asked of is not served any more.
 */
final class ViewAnswers {

  /** Earlier rebuilds of a definition that a cursor is recognised as one of. */
  private static final int KNOWN_REBUILDS = 100;

  private final ViewReads reads;
  private final int mostChanges;

  ViewAnswers(ViewReads reads, FeedConfig config) {
    this.reads = reads;
    this.mostChanges = config.replayCount();
  }

  /**
   * The answer to those that ask the same.
   *
   * @param wanted the keys whose changes each wants; null for all
   */
  Future<ViewAnswer> answer(ViewLane lane, ViewAsk ask, List<@Nullable Set<String>> wanted) {
    return switch (ask) {
      case ViewAsk.Now now -> Future.succeededFuture(joined(lane));
      case ViewAsk.Since since -> since(lane, since.cursor(), wanted);
      case ViewAsk.All all ->
          all.lane() != null && all.lane() != lane ? moved(lane, all.lane()) : all(lane, all);
      case ViewAsk.Some some ->
          some.lane() != null && some.lane() != lane ? moved(lane, some.lane()) : some(lane, some);
    };
  }

  private static ViewAnswer.Joined joined(ViewLane lane) {
    return new ViewAnswer.Joined(lane.end(), lane, lane.head());
  }

  private Future<ViewAnswer> since(
      ViewLane lane, Cursor cursor, List<@Nullable Set<String>> wanted) {
    Optional<ResetReason> obstacle = lane.obstacle(cursor);
    if (obstacle.isPresent()) {
      return reason(lane, cursor, obstacle.get()).map(ViewAnswer.Reset::new);
    }
    if (cursor.positions().equals(lane.end().positions())) {
      return Future.succeededFuture(joined(lane));
    }
    return reads
        .changed(lane, cursor.positions(), mostChanges)
        .compose(
            changed ->
                changed.trimmed()
                    ? Future.succeededFuture(new ViewAnswer.Reset(ResetReason.TRIMMED))
                    : caught(lane, changed, wanted));
  }

  /**
   * What changed since the cursor, now. With all up to the lane's end the reader joins it. If
   * another instance sent it changes that this one has not seen yet, the lane's end is behind its
   * cursor: then it joins at once, since all that is read from now on is as new as what it saw.
   */
  private Future<ViewAnswer> caught(
      ViewLane lane, ViewChanged changed, List<@Nullable Set<String>> wanted) {
    List<Position> end = lane.end().positions();
    boolean joins = !changed.more() || changed.reaches(end);
    return values(lane, of(changed.keys(), wanted))
        .map(
            values ->
                new ViewAnswer.Caught(
                    new ViewBatch(lane.cursor(changed.end()), values), joins, lane, lane.head()));
  }

  private Future<Map<String, Buffer>> values(ViewLane lane, List<String> keys) {
    return keys.isEmpty()
        ? Future.succeededFuture(new LinkedHashMap<>())
        : reads.values(lane, keys);
  }

  private static List<String> of(Set<String> keys, List<@Nullable Set<String>> wanted) {
    if (wanted.stream().anyMatch(Objects::isNull)) {
      return List.copyOf(keys);
    }
    var some = new LinkedHashSet<String>();
    for (Set<String> one : wanted) {
      some.addAll(Objects.requireNonNull(one));
    }
    some.retainAll(keys);
    return List.copyOf(some);
  }

  private Future<ViewAnswer> all(ViewLane lane, ViewAsk.All ask) {
    return reads
        .page(lane, ask.after())
        .map(
            read ->
                new ViewAnswer.Page(
                    ViewFrames.snapshot(read.json(), read.complete()),
                    read.complete(),
                    lane,
                    lane.end(),
                    read.last(),
                    List.of()));
  }

  private Future<ViewAnswer> some(ViewLane lane, ViewAsk.Some ask) {
    return reads
        .someValues(lane, ask.keys())
        .map(
            values -> {
              int read = values.json().size();
              List<String> left = ask.keys().subList(read, ask.keys().size());
              values.json().keySet().removeAll(values.absent());
              return new ViewAnswer.Page(
                  ViewFrames.snapshot(ViewFrames.list(values.json().values()), left.isEmpty()),
                  left.isEmpty(),
                  lane,
                  lane.end(),
                  null,
                  left);
            });
  }

  /** The snapshot was begun for a lane that is left: it must begin anew. */
  private Future<ViewAnswer> moved(ViewLane lane, ViewLane left) {
    return reason(lane, left.end(), lane.obstacle(left.end()).orElse(ResetReason.TRIMMED))
        .map(ViewAnswer.Reset::new);
  }

  /** If the cursor is of another generation that is known, the view was rebuilt. */
  private Future<ResetReason> reason(ViewLane lane, Cursor cursor, ResetReason obstacle) {
    if (obstacle != ResetReason.NEW_LIFE) {
      return Future.succeededFuture(obstacle);
    }
    return reads
        .known()
        .map(
            known ->
                others(lane.generation(), known).stream()
                        .anyMatch(
                            other ->
                                ViewLane.scope(reads.view().name(), other, lane.states())
                                    .equals(cursor.scope()))
                    ? ResetReason.REBUILT
                    : ResetReason.NEW_LIFE);
  }

  private static List<Generation> others(Generation served, List<Generation> known) {
    var others = new ArrayList<>(known);
    String id = served.id();
    int dash = id.lastIndexOf('-');
    for (int rebuild = 0; dash > 0 && rebuild < KNOWN_REBUILDS; rebuild++) {
      others.add(
          new Generation(
              id.substring(0, dash + 1) + rebuild,
              served.stream(),
              served.partitionCount(),
              served.foldName()));
    }
    others.remove(served);
    return others;
  }
}
