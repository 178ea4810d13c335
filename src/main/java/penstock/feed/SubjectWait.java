package penstock.feed;

import org.jspecify.annotations.Nullable;

/**
 * A reader's wait for an event of its subjects, until its crowd finds one. Belongs to its event
 * loop.
 */
final class SubjectWait {

  private final Reader reader;
  private @Nullable Spot end;

  SubjectWait(Reader reader) {
    this.reader = reader;
  }

  Reader reader() {
    return reader;
  }

  /** Where the reader has to go on; null as long as it waits. */
  @Nullable Spot end() {
    return end;
  }

  void end(Spot from) {
    end = from;
  }
}
