package penstock.feed.stream;

import org.jspecify.annotations.Nullable;
import penstock.feed.loop.FeedSubscriber;

/**
 * A reader's wait for an event of its subjects, until its shard finds one. Belongs to its event
 * loop.
 */
final class SubjectWait {

  private final FeedSubscriber reader;
  private @Nullable BufferPosition end;

  SubjectWait(FeedSubscriber reader) {
    this.reader = reader;
  }

  FeedSubscriber reader() {
    return reader;
  }

  /** Where the reader has to go on; null as long as it waits. */
  @Nullable BufferPosition end() {
    return end;
  }

  void end(BufferPosition from) {
    end = from;
  }
}
