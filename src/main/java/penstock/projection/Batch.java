package penstock.projection;

import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import penstock.stream.Position;
import penstock.trace.Causes;
import penstock.view.Entry;
import penstock.view.FoldFailure;
import penstock.view.NothingToFold;
import penstock.view.ViewDefinition;

/**
 * Consecutive events of the log and what they make of a view's entries: what one commit writes.
 * Never spans two reads, between which another consumer may have been given entries.
 */
final class Batch {

  /** What a script takes at most, so that Redis serves others soon. */
  static final int MAX_EVENTS = 256;

  static final int MAX_BYTES = 512 * 1024;

  /** Up to this size a whole entry counts, which spares to find out what changed in it. */
  private static final int SMALL_ENTRY = MAX_BYTES / MAX_EVENTS;

  private final long number;
  private final ViewDefinition view;
  private final Position from;
  private final EntryCache cache;
  private final Causes causes;
  private final long begun = System.nanoTime();
  private final List<Position> positions = new ArrayList<>(MAX_EVENTS);
  private final Map<String, Touched> touched = new LinkedHashMap<>();
  private final List<DeadLetter> deadLetters = new ArrayList<>();
  private int skipped;
  private long bytes;
  private @Nullable String obstacle;

  /**
   * @param from what is applied before it
   * @param causes to collect in where the events in it came from
   */
  Batch(long number, ViewDefinition view, Position from, EntryCache cache, Causes causes) {
    this.number = number;
    this.view = view;
    this.from = from;
    this.cache = cache;
    this.causes = causes;
  }

  private record DeadLetter(Delivered delivered, String reason) {}

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
  boolean take(Delivered delivered, Step step) {
    if (positions.size() == MAX_EVENTS) {
      return false;
    }
    boolean taken =
        switch (step) {
          case Step.Ignored ignored -> true;
          case Step.Skipped noKey -> {
            skipped++;
            yield true;
          }
          case Step.Failed failed -> deadLetter(delivered, failed.reason());
          case Step.Fold fold -> fold(delivered, fold);
        };
    if (taken) {
      positions.add(delivered.position());
      if (step instanceof Step.Fold fold) {
        causes.add(fold.event());
      }
    }
    return taken;
  }

  /** What an event makes of its entry, or why it cannot. */
  private record Made(@Nullable Entry before, @Nullable Entry after, @Nullable String failure) {}

  private Made make(Position position, Step.Fold step) {
    EntryCache.Cached cached = cache.get(step.key());
    if (cached == null) {
      throw new IllegalStateException("the entry was not read");
    }
    Entry before = cached.entry();
    Entry after;
    try {
      after =
          view.isDeletedBy(step.event()) ? null : view.fold().apply(before, step.event(), position);
    } catch (FoldFailure failure) {
      return new Made(before, before, failure.reason());
    } catch (NothingToFold lacking) {
      skipped++;
      return new Made(before, before, null);
    } catch (Throwable defect) {
      if (defect instanceof VirtualMachineError outside
          && !(defect instanceof StackOverflowError)) {
        throw outside;
      }
      // A fold that is not written in Java may also throw what it does not declare.
      return new Made(before, before, "the fold failed: " + defect);
    }
    return after != null && after.bytes() > Entry.MAX_BYTES
        ? new Made(before, before, "the entry would be larger than " + Entry.MAX_BYTES + " bytes")
        : new Made(before, after, null);
  }

  private boolean fold(Delivered delivered, Step.Fold step) {
    Made made = make(delivered.position(), step);
    if (made.failure() != null) {
      return deadLetter(delivered, made.failure());
    }
    if (made.after() == made.before()) {
      return true;
    }
    if (!grow(step.key().length() + cost(made.before(), made.after()))) {
      return false;
    }
    touch(step.key(), made);
    return true;
  }

  private void touch(String key, Made made) {
    touched.computeIfAbsent(key, first -> new Touched(made.before())).after = made.after();
    cache.put(key, made.after(), number);
  }

  /**
   * Folds the event of a dead letter, in a batch of its own that takes no event of the log. The
   * cache must know its entry.
   *
   * @return why it cannot be folded; null if it was
   */
  @Nullable String replay(Position position, Step step) {
    return switch (step) {
      case Step.Ignored ignored -> null;
      case Step.Skipped noKey -> null;
      case Step.Failed failed -> failed.reason();
      case Step.Fold fold -> {
        Made made = make(position, fold);
        if (made.failure() == null && made.after() != made.before()) {
          touch(fold.key(), made);
        }
        yield made.failure();
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

  private boolean deadLetter(Delivered delivered, String reason) {
    if (view.haltsOnError()) {
      obstacle = reason + "; position=" + delivered.position();
      return false;
    }
    if (!grow(delivered.bytes())) {
      return false;
    }
    deadLetters.add(new DeadLetter(delivered, reason));
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
  Causes causes() {
    return causes;
  }

  /** When, in terms of {@link System#nanoTime}. */
  long begun() {
    return begun;
  }

  int skipped() {
    return skipped;
  }

  int deadLetters() {
    return deadLetters.size();
  }

  /** Adds the arguments of {@code commit.lua} from the number of skipped events on. */
  void write(Request request, Assignment assignment) {
    request.arg(skipped).arg(positions.size());
    for (Position position : positions) {
      request.arg(position.toString());
    }
    var changed = new ArrayList<Change>(touched.size());
    touched.forEach(
        (key, entry) -> {
          Change change = Change.between(key, entry.before, entry.after);
          if (change != null) {
            changed.add(change);
          }
        });
    request.arg(changed.size());
    changed.forEach(change -> change.write(request));
    request.arg(deadLetters.size());
    deadLetters.forEach(letter -> write(letter, request, assignment));
  }

  /**
   * The envelope comes first and is known by its place: the event's attributes may have any name.
   */
  private static void write(DeadLetter letter, Request request, Assignment assignment) {
    Response fields = letter.delivered().fields();
    String[] envelope = {
      "view", assignment.view().name().value(),
      "generation", assignment.generation().id(),
      "reason", letter.reason(),
      "position", letter.delivered().position().toString()
    };
    request.arg(envelope.length + fields.size());
    for (String word : envelope) {
      request.arg(word);
    }
    for (Response field : fields) {
      request.arg(field.toBuffer());
    }
  }

  /** What a commit writes of one entry. */
  private record Change(
      String key, char kind, List<String> names, List<byte[]> values, List<String> removed) {

    /** Null if nothing changed in the end. */
    static @Nullable Change between(String key, @Nullable Entry before, @Nullable Entry after) {
      if (after == null) {
        return before == null ? null : new Change(key, '-', List.of(), List.of(), List.of());
      }
      var names = new ArrayList<String>();
      var values = new ArrayList<byte[]>();
      for (String name : after.names()) {
        byte[] value = after.bytes(name);
        if (before == null || !same(before.get(name), value)) {
          names.add(name);
          values.add(value);
        }
      }
      if (before == null) {
        return new Change(key, '+', names, values, List.of());
      }
      List<String> removed =
          before.names().stream().filter(name -> after.get(name) == null).toList();
      return names.isEmpty() && removed.isEmpty()
          ? null
          : new Change(key, '=', names, values, removed);
    }

    private static boolean same(byte @Nullable [] one, byte[] other) {
      return one == other || one != null && Arrays.equals(one, other);
    }

    void write(Request request) {
      request.arg(key).arg(Character.toString(kind)).arg(2 * names.size());
      for (int i = 0; i < names.size(); i++) {
        request.arg(names.get(i)).arg(values.get(i));
      }
      request.arg(removed.size());
      removed.forEach(request::arg);
    }
  }
}
