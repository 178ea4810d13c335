package penstock.projection.worker;

import org.jspecify.annotations.Nullable;
import penstock.event.Event;
import penstock.stream.log.RawRecord;
import penstock.view.ViewDefinition;
import penstock.view.fold.FoldException;

/** What an event of the log is to a view, before its entry is known. */
sealed interface FoldDecision {

  /** The view takes no notice of it. */
  record Ignored() implements FoldDecision {}

  /** It has no key. */
  record Skipped() implements FoldDecision {}

  /** It can never be taken in. */
  record Failed(String reason) implements FoldDecision {}

  /** It belongs to the entry of a key. */
  record Fold(Event event, String key) implements FoldDecision {}

  FoldDecision IGNORED = new Ignored();
  FoldDecision SKIPPED = new Skipped();

  static FoldDecision of(ViewDefinition view, RawRecord record) {
    try {
      Event event = record.event();
      if (!view.concerns(event)) {
        return IGNORED;
      }
      @Nullable String key = view.keyOf(event);
      return key == null ? SKIPPED : new Fold(event, key);
    } catch (FoldException failure) {
      return new Failed(failure.reason());
    } catch (RuntimeException unreadable) {
      return new Failed("not an event that Penstock wrote: " + unreadable.getMessage());
    }
  }
}
