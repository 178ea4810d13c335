package penstock.feed;

import io.vertx.core.buffer.Buffer;
import penstock.stream.EventFilter;
import penstock.stream.Place;

/**
 * Frames of slots that follow one another, joined for one write.
 *
 * @param frames those that pass a filter; may be empty; shared, not to be modified
 * @param events how many those are
 * @param next the number of the slot behind them
 * @param place the place of the last slot looked at
 */
record Chunk(Buffer frames, int events, long next, Place place) {

  /** A chunk ends with the slot that makes it this long. */
  static final int ENOUGH_BYTES = 64 * 1024;

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
      if (!filter.matches(slot.subject(), slot.type())) {
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
