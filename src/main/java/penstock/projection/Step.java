package penstock.projection;

import org.jspecify.annotations.Nullable;
import penstock.event.Event;
import penstock.event.EventFields;
import penstock.view.FoldFailure;
import penstock.view.ViewDefinition;

/** What an event of the log is to a view, before its entry is known. */
sealed interface Step {

  /** The view takes no notice of it. */
  record Ignored() implements Step {}

  /** It has no key. */
  record Skipped() implements Step {}

  /** It can never be taken in. */
  record Failed(String reason) implements Step {}

  /** It belongs to the entry of a key. */
  record Fold(Event event, String key) implements Step {}

  Step IGNORED = new Ignored();
  Step SKIPPED = new Skipped();

  static Step of(ViewDefinition view, Delivered delivered) {
    try {
      Event event = EventFields.read(delivered.fields(), delivered.from());
      if (!view.concerns(event)) {
        return IGNORED;
      }
      @Nullable String key = view.keyOf(event);
      return key == null ? SKIPPED : new Fold(event, key);
    } catch (FoldFailure failure) {
      return new Failed(failure.reason());
    } catch (RuntimeException unreadable) {
      return new Failed("not an event that Penstock wrote: " + unreadable.getMessage());
    }
  }
}
