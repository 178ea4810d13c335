package penstock.feed.view;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import penstock.feed.FeedConfig;
import penstock.feed.frame.ViewFrames;
import penstock.feed.replay.PageSize;
import penstock.stream.Cursor;
import penstock.stream.Position;
import penstock.stream.ResetReason;
import penstock.view.Generation;

/**
 * Answers what readers of a view ask, by a read of its own for each. Fails with {@link
 * StaleGenerationException} if the buffer that it is asked of is not served any more.
 */
final class ViewReader {

  /** Earlier rebuilds of a definition that a cursor is recognised as one of. */
  private static final int KNOWN_REBUILDS = 100;

  private final ConfirmedReads reads;
  private final int mostChanges;

  /** How many keys make up what a reader is sent at once. */
  private final PageSize keysAtOnce;

  ViewReader(ConfirmedReads reads, FeedConfig config, PageSize keysAtOnce) {
    this.reads = reads;
    this.mostChanges = config.replayCount();
    this.keysAtOnce = keysAtOnce;
  }

  /**
   * The answer to those that ask the same.
   *
   * @param wanted the keys whose changes each wants; null for all
   */
  Future<ViewReadResult> answer(
      ChangeBuffer buffer, ViewReadRequest ask, List<@Nullable Set<String>> wanted) {
    return switch (ask) {
      case ViewReadRequest.FromNow now -> Future.succeededFuture(joined(buffer));
      case ViewReadRequest.Since since -> since(buffer, since, together(wanted));
      case ViewReadRequest.AllEntries all ->
          all.buffer() != null && all.buffer() != buffer
              ? moved(buffer, all.buffer())
              : all(buffer, all);
      case ViewReadRequest.SomeEntries some ->
          some.buffer() != null && some.buffer() != buffer
              ? moved(buffer, some.buffer())
              : some(buffer, some);
    };
  }

  private static ViewReadResult.Joined joined(ChangeBuffer buffer) {
    return new ViewReadResult.Joined(buffer.end(), buffer, buffer.head());
  }

  /** The keys that any of them wants; null for all. */
  private static @Nullable Set<String> together(List<@Nullable Set<String>> wanted) {
    var some = new HashSet<String>();
    for (Set<String> one : wanted) {
      if (one == null) {
        return null;
      }
      some.addAll(one);
    }
    return some;
  }

  private Future<ViewReadResult> since(
      ChangeBuffer buffer, ViewReadRequest.Since ask, @Nullable Set<String> wanted) {
    Cursor cursor = ask.cursor();
    if (reads.isAhead(buffer, cursor)) {
      return Future.failedFuture(reads.behind());
    }
    Optional<ResetReason> obstacle = buffer.obstacle(cursor);
    if (obstacle.isPresent()) {
      return reason(buffer, cursor, obstacle.get()).map(ViewReadResult.Reset::new);
    }
    return reads
        .changed(buffer, cursor.positions(), Math.min(ask.changes(), mostChanges))
        .compose(
            changed -> {
              if (changed.trimmed()) {
                return Future.succeededFuture(new ViewReadResult.Reset(ResetReason.TRIMMED));
              }
              // Another instance may have shown it all that has changed by now.
              buffer.saw(changed.states());
              return caught(buffer, changed.first(keysAtOnce.entries(), wanted), wanted);
            });
  }

  /**
   * What changed since the cursor, now; a part of it, if it is much: the reader asks on when its
   * socket has taken that. With all up to the buffer's end the reader joins it. If another instance
   * sent it changes that this one has not seen yet, the buffer's end is behind its cursor: then it
   * joins at once, since all that is read from now on is as new as what it saw.
   */
  private Future<ViewReadResult> caught(
      ChangeBuffer buffer, ChangeSet step, @Nullable Set<String> wanted) {
    List<Position> end = buffer.end().positions();
    boolean joins = !step.more() || step.reaches(end);
    Set<String> keys = step.keys();
    if (wanted != null) {
      keys.retainAll(wanted);
    }
    return values(buffer, List.copyOf(keys))
        .map(
            values ->
                new ViewReadResult.Changed(
                    new ChangeBatch(buffer.cursor(step.end()), values),
                    joins,
                    step.askNext(),
                    buffer,
                    buffer.head()));
  }

  private Future<Map<String, Buffer>> values(ChangeBuffer buffer, List<String> keys) {
    if (keys.isEmpty()) {
      return Future.succeededFuture(new LinkedHashMap<>());
    }
    int most = keysAtOnce.entries();
    return reads
        .values(buffer, keys)
        .onSuccess(values -> keysAtOnce.adapt(most, values.size(), ChangeBatch.bytes(values)));
  }

  private Future<ViewReadResult> all(ChangeBuffer buffer, ViewReadRequest.AllEntries ask) {
    return reads
        .page(buffer, ask.after())
        .map(
            read ->
                new ViewReadResult.SnapshotPage(
                    ViewFrames.snapshot(read.json(), read.complete()),
                    read.complete(),
                    buffer,
                    buffer.end(),
                    read.last(),
                    List.of()));
  }

  private Future<ViewReadResult> some(ChangeBuffer buffer, ViewReadRequest.SomeEntries ask) {
    return reads
        .someValues(buffer, ask.keys())
        .map(
            values -> {
              int read = values.json().size();
              List<String> left = ask.keys().subList(read, ask.keys().size());
              values.json().keySet().removeAll(values.absent());
              return new ViewReadResult.SnapshotPage(
                  ViewFrames.snapshot(ViewFrames.list(values.json().values()), left.isEmpty()),
                  left.isEmpty(),
                  buffer,
                  buffer.end(),
                  null,
                  left);
            });
  }

  /** The snapshot was begun for a buffer that is left: it must begin anew. */
  private Future<ViewReadResult> moved(ChangeBuffer buffer, ChangeBuffer left) {
    return reason(buffer, left.end(), buffer.obstacle(left.end()).orElse(ResetReason.TRIMMED))
        .map(ViewReadResult.Reset::new);
  }

  /** If the cursor is of another generation that is known, the view was rebuilt. */
  private Future<ResetReason> reason(ChangeBuffer buffer, Cursor cursor, ResetReason obstacle) {
    if (obstacle != ResetReason.NEW_LIFE) {
      return Future.succeededFuture(obstacle);
    }
    return reads
        .known()
        .map(
            known ->
                others(buffer.generation(), known).stream()
                        .anyMatch(
                            other ->
                                ChangeBuffer.scope(reads.view().name(), other, buffer.states())
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
