package penstock.projection.worker;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import penstock.consumer.worker.ConsumerGroup;
import penstock.stream.Position;
import penstock.stream.log.RawRecord;
import penstock.trace.SpanLinks;
import penstock.view.ViewDefinition;
import penstock.view.fold.Entry;

/**
 * Consecutive events of the log and what they make of a view's entries: what one commit writes.
 * Never spans two reads, between which another consumer may have been given entries.
 */
final class FoldBatch {

  /** As much as one read brings. */
  static final int MAX_EVENTS = ConsumerGroup.MAX_EVENTS;

  static final int MAX_BYTES = 512 * 1024;

  /** Up to this size a whole entry counts, which spares to find out what changed in it. */
  private static final int SMALL_ENTRY = MAX_BYTES / MAX_EVENTS;

  private final long number;
  private final ViewDefinition view;
  private final Position from;
  private final EntryCache cache;
  private final SpanLinks links;
  private final long begun = System.nanoTime();
  private final List<Position> positions = new ArrayList<>(MAX_EVENTS);
  private final Map<String, Touched> touched = new LinkedHashMap<>();
  private final List<SetAside> deadLetters = new ArrayList<>();
  private int skipped;
  private long bytes;
  private @Nullable String obstacle;

  /**
   * @param from what is applied before it
   * @param links to collect in where the events in it came from
   */
  FoldBatch(long number, ViewDefinition view, Position from, EntryCache cache, SpanLinks links) {
    this.number = number;
    this.view = view;
    this.from = from;
    this.cache = cache;
    this.links = links;
  }

  /** An event that becomes a dead letter. */
  record SetAside(RawRecord event, String reason) {}

  /** An entry as it was before the batch, and as it is after. */
  private static final class Touched {
    private final @Nullable Entry before;
    private @Nullable Entry after;

    Touched(@Nullable Entry before) {
      this.before = before;
      this.after = before;
    }
  }

  /**
   * Takes the next event, of which the cache must know the entry.
   *
   * @return false if the batch is full without it; then it has not changed
   */
  boolean take(RawRecord event, FoldDecision decision) {
    if (positions.size() == MAX_EVENTS) {
      return false;
    }
    boolean taken =
        switch (decision) {
          case FoldDecision.Ignored ignored -> true;
          case FoldDecision.Skipped noKey -> {
            skipped++;
            yield true;
          }
          case FoldDecision.Failed failed -> setAside(event, failed.reason());
          case FoldDecision.Fold fold -> fold(event, fold);
        };
    if (taken) {
      positions.add(event.position());
      if (decision instanceof FoldDecision.Fold fold) {
        links.add(fold.event());
      }
    }
    return taken;
  }

  private @Nullable Entry cached(String key) {
    EntryCache.Cached cached = cache.get(key);
    if (cached == null) {
      throw new IllegalStateException("the entry was not read");
    }
    return cached.entry();
  }

  private boolean fold(RawRecord event, FoldDecision.Fold decision) {
    Entry before = cached(decision.key());
    return switch (FoldResult.of(view, before, decision.event(), event.position())) {
      case FoldResult.Unchanged unchanged -> true;
      case FoldResult.Skipped noValue -> {
        skipped++;
        yield true;
      }
      case FoldResult.Failed failed -> setAside(event, failed.reason());
      case FoldResult.Changed changed -> {
        boolean fits = grow(decision.key().length() + cost(before, changed.after()));
        if (fits) {
          touch(decision.key(), before, changed.after());
        }
        yield fits;
      }
    };
  }

  private void touch(String key, @Nullable Entry before, @Nullable Entry after) {
    touched.computeIfAbsent(key, first -> new Touched(before)).after = after;
    cache.put(key, after, number);
  }

  /**
   * Folds the event of a dead letter, in a batch of its own that takes no event of the log. The
   * cache must know its entry.
   *
   * @return why it cannot be folded; null if it was
   */
  @Nullable String replay(Position position, FoldDecision decision) {
    return switch (decision) {
      case FoldDecision.Ignored ignored -> null;
      case FoldDecision.Skipped noKey -> null;
      case FoldDecision.Failed failed -> failed.reason();
      case FoldDecision.Fold fold -> replay(position, fold);
    };
  }

  private @Nullable String replay(Position position, FoldDecision.Fold decision) {
    Entry before = cached(decision.key());
    return switch (FoldResult.of(view, before, decision.event(), position)) {
      case FoldResult.Unchanged unchanged -> null;
      case FoldResult.Skipped noValue -> {
        skipped++;
        yield null;
      }
      case FoldResult.Failed failed -> failed.reason();
      case FoldResult.Changed changed -> {
        touch(decision.key(), before, changed.after());
        yield null;
      }
    };
  }

  /** An upper bound of what the change adds to the script. */
  private static long cost(@Nullable Entry before, @Nullable Entry after) {
    if (after == null) {
      return 0;
    }
    return after.bytes() <= SMALL_ENTRY ? after.bytes() : after.difference(before);
  }

  private boolean setAside(RawRecord event, String reason) {
    if (view.haltsOnError()) {
      obstacle = reason + "; position=" + event.position();
      return false;
    }
    if (!grow(event.bytes())) {
      return false;
    }
    deadLetters.add(new SetAside(event, reason));
    return true;
  }

  /** One that is too large by itself is taken alone. */
  private boolean grow(long by) {
    if (bytes + by > MAX_BYTES && !positions.isEmpty()) {
      return false;
    }
    bytes += by;
    return true;
  }

  /** Nothing of it was committed: the entries are again what they were before it. */
  void undo() {
    touched.forEach((key, entry) -> cache.put(key, entry.before, number));
  }

  long number() {
    return number;
  }

  /** Why the view halts at the event that was not taken; null if it does not. */
  @Nullable String obstacle() {
    return obstacle;
  }

  Position from() {
    return from;
  }

  int size() {
    return positions.size();
  }

  Position last() {
    return positions.isEmpty() ? from : positions.getLast();
  }

  /** Of the events in it, in order. */
  List<Position> positions() {
    return Collections.unmodifiableList(positions);
  }

  /** Where the events in it came from. */
  SpanLinks links() {
    return links;
  }

  /** When, in terms of {@link System#nanoTime}. */
  long begun() {
    return begun;
  }

  /** How many events had no key or no value for the view. */
  int skipped() {
    return skipped;
  }

  List<SetAside> deadLetters() {
    return Collections.unmodifiableList(deadLetters);
  }

  /** The entries that are not as they were before the batch, with what is to be written of each. */
  List<EntryChange> changes() {
    var changes = new ArrayList<EntryChange>(touched.size());
    touched.forEach(
        (key, entry) -> {
          EntryChange change = EntryChange.between(key, entry.before, entry.after);
          if (change != null) {
            changes.add(change);
          }
        });
    return changes;
  }
}
