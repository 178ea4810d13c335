package penstock.projection.worker;

import org.jspecify.annotations.Nullable;
import penstock.event.Event;
import penstock.stream.Position;
import penstock.view.ViewDefinition;
import penstock.view.fold.Entry;
import penstock.view.fold.FoldException;
import penstock.view.fold.SkippedEventException;

/** Result of folding one event into the entry of its key. */
sealed interface FoldResult {

  /**
   * The entry is another one.
   *
   * @param after null if it was deleted
   */
  record Changed(@Nullable Entry after) implements FoldResult {}

  /** The entry stays as it is. */
  record Unchanged() implements FoldResult {}

  /** The event has nothing for the view. */
  record Skipped() implements FoldResult {}

  /** The event cannot be folded, whenever it is tried. */
  record Failed(String reason) implements FoldResult {}

  FoldResult UNCHANGED = new Unchanged();
  FoldResult SKIPPED = new Skipped();

  /**
   * Folds; whatever a fold throws is a result, but not what the machine lacks.
   *
   * @param before null if there is no entry of the key
   */
  static FoldResult of(
      ViewDefinition view, @Nullable Entry before, Event event, Position position) {
    @Nullable Entry after;
    try {
      after = view.isDeletedBy(event) ? null : view.fold().apply(before, event, position);
    } catch (FoldException failure) {
      return new Failed(failure.reason());
    } catch (SkippedEventException lacking) {
      return SKIPPED;
    } catch (Throwable defect) {
      if (defect instanceof VirtualMachineError outside
          && !(defect instanceof StackOverflowError)) {
        throw outside;
      }
      // A fold that is not written in Java may also throw what it does not declare.
      return new Failed("the fold failed: " + defect);
    }
    if (after == before) {
      return UNCHANGED;
    }
    return after != null && after.bytes() > Entry.MAX_BYTES
        ? new Failed("the entry would be larger than " + Entry.MAX_BYTES + " bytes")
        : new Changed(after);
  }
}
