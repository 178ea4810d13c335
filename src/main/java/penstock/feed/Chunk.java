package penstock.feed;

import io.netty.buffer.ByteBuf;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import org.jspecify.annotations.Nullable;
import penstock.stream.Cursor;
import penstock.stream.EventFilter;
import penstock.stream.Place;
import penstock.stream.Scope;

/**
 * Frames of slots that follow one another, joined for one write. Belongs to an event loop. Whoever
 * has it releases it after the write; who keeps it for another, retains it.
 */
final class Chunk {

  /** A chunk ends with the slot that makes it this long. */
  static final int ENOUGH_BYTES = 64 * 1024;

  private final Buffer frames;
  private final int events;
  private final long next;
  private final Place place;
  private @Nullable ByteBuf wire;
  private @Nullable Cursor cursor;
  private int users = 1;

  private Chunk(Buffer frames, int events, long next, Place place) {
    this.frames = frames;
    this.events = events;
    this.next = next;
    this.place = place;
  }

  /** Those that pass a filter; may be empty; shared, not to be modified. */
  Buffer frames() {
    return frames;
  }

  /** How many the frames are. */
  int events() {
    return events;
  }

  /** The number of the slot behind them. */
  long next() {
    return next;
  }

  /** The place of the last slot looked at. */
  Place place() {
    return place;
  }

  /** Where those stand who have got the chunk. */
  Cursor cursor(Scope scope) {
    Cursor present = cursor;
    if (present == null) {
      present = new Cursor(scope, List.of(place));
      cursor = present;
    }
    return present;
  }

  /** The frames in an HTTP chunk; good until the release. */
  ByteBuf wire() {
    ByteBuf present = wire;
    if (present == null) {
      present = HttpChunk.of(frames);
      wire = present;
    }
    return present;
  }

  /** More may follow at once: it ends here since it is long enough for a write. */
  boolean isEnough() {
    return frames.length() >= ENOUGH_BYTES;
  }

  Chunk retain() {
    users++;
    return this;
  }

  void release() {
    if (--users == 0 && wire != null) {
      wire.release();
      wire = null;
    }
  }

  /** Collects slots. */
  static final class Builder {

    private final EventFilter filter;
    private Buffer frames = Buffer.buffer(0);
    private int events;

    Builder(EventFilter filter) {
      this.filter = filter;
    }

    /** Takes the slot's frame if it passes. */
    void add(Slot slot) {
      if (!filter.matches(slot.attributes())) {
        return;
      }
      events++;
      frames =
          switch (events) {
            case 1 -> slot.frame();
            case 2 ->
                Buffer.buffer(4 * frames.length()).appendBuffer(frames).appendBuffer(slot.frame());
            default -> frames.appendBuffer(slot.frame());
          };
    }

    boolean isEnough() {
      return frames.length() >= ENOUGH_BYTES;
    }

    Chunk upTo(long next, Place place) {
      return new Chunk(frames, events, next, place);
    }
  }
}
